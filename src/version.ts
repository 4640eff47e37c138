/** The version of this package, kept equal to the manifest by a test. */
export const packageVersion = '0.1.0'
