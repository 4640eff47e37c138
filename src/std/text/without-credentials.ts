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
 * Parts of keys whose values are secret, in snake_case, kebab-case and camelCase. What is said about a payload shows no
 * value of one.
 */
export const TELLING_PART =
  /password|secret|credential|authorization|bearer|cookie|(?:api|access|private)[_-]?key|(?:auth|access|refresh)[_-]?token/i

/** `token` alone or as the last word; `Token` counts as a word of its own only where its case shows it. */
const TOKEN_KEY = /(?:^|[_-])token$/i
const CAMEL_TOKEN_KEY = /[a-z\d]Token$/

/** Whether a key's value must not be shown. */
export function isTellingKey(key: string): boolean {
  return TELLING_PART.test(key) || TOKEN_KEY.test(key) || CAMEL_TOKEN_KEY.test(key)
}
