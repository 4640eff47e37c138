/**
 * Removes credentials from addresses for messages. The parts before the host and after the question mark may be a
 * password or a token, so neither is shown. Also works on text around addresses and on invalid addresses.
 */
/** Longer parts are not an address; without a limit a hostile text would take quadratic time. */
const USER = /:\/\/[^\s/?#]{0,2000}@/g
const QUERY = /(:\/\/[^\s?#"'<>]{0,2000})\?[^\s#"'<>]*/g

/** The text with user names, passwords and queries removed from its addresses. */
export function withoutCredentials(text: string): string {
  return text.includes('://') ? text.replace(USER, '://').replace(QUERY, '$1') : text
}

const UP_TO_HOST = /^([a-z][a-z0-9+.-]*:\/\/)?[^?#]*@/i

/** The same for a text that should be one address, even if it is invalid. */
export function addressWithoutCredentials(address: string): string {
  return address.replace(UP_TO_HOST, '$1').replace(/\?.*/s, '')
}

/**
 * Parts of keys whose values are secret, in snake_case, kebab-case and camelCase. Such values never
 * appear in messages.
 */
export const TELLING_PART =
  /password|secret|credential|authorization|bearer|cookie|(?:api|access|private)[_-]?key|(?:auth|access|refresh)[_-]?token/i

/** `token` alone or as the last word; `Token` counts as a word of its own only where its case shows it. */
const TOKEN_KEY = /(?:^|[_-])token$/i
const CAMEL_TOKEN_KEY = /[a-z\d]Token$/

/** Whether the value of a key is secret. */
export function isTellingKey(key: string): boolean {
  return TELLING_PART.test(key) || TOKEN_KEY.test(key) || CAMEL_TOKEN_KEY.test(key)
}
