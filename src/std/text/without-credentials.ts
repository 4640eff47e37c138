/**
 * Addresses as messages may show them. What stands before the host and after the question mark may be a password or a
 * token, so neither is shown; works on text around addresses, too, and on addresses that cannot be parsed.
 */
/** Longer parts are no address; without a limit a hostile text would cost the square of its length. */
const USER = /:\/\/[^\s/?#]{0,2000}@/g
const QUERY = /(:\/\/[^\s?#"'<>]{0,2000})\?[^\s#"'<>]*/g

/** The text with user names, passwords and queries taken out of its addresses. */
export function withoutCredentials(text: string): string {
  return text.includes('://') ? text.replace(USER, '://').replace(QUERY, '$1') : text
}

const UP_TO_HOST = /^([a-z][a-z0-9+.-]*:\/\/)?[^?#]*@/i

/** The same for a text that is meant as one address, even if it is none. */
export function addressWithoutCredentials(address: string): string {
  return address.replace(UP_TO_HOST, '$1').replace(/\?.*/s, '')
}

/**
 * Keys whose values are secret, by how such keys are called. What is said about a payload shows no value of one.
 */
const TELLING_KEY =
  /api[_-]?key|password|secret|credential|authorization|auth_token|access_token|refresh_token|bearer|private_key|access_key|cookie|(?:^|[_-])token$/i

/** Whether a key's value must not be shown. */
export function isTellingKey(key: string): boolean {
  return TELLING_KEY.test(key)
}
