/**
 * Keys whose values are secret, by how such keys are called. What is said about a payload shows no value of one.
 */
const TELLING_KEY =
  /api[_-]?key|password|secret|credential|authorization|auth_token|access_token|refresh_token|bearer|private_key|access_key|cookie|(?:^|[_-])token$/i

/** Whether a key's value must not be shown. */
export function isTellingKey(key: string): boolean {
  return TELLING_KEY.test(key)
}
