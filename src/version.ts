/** The version of this package, kept equal to the manifest by a test. */
export const packageVersion = '0.2.0'
