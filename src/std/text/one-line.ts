/**
 * Formats text of unknown origin as one line for a log or a terminal. Characters that would start a new line, move the
 * cursor, set colours or reorder text are escaped; all other text is unchanged.
 */

/** Enough for any message of the package itself. */
const MAX_SHOWN_CHARACTERS = 8_192

/** C0, DEL and C1 controls, separators of lines and paragraphs, and characters that change the text direction. */
// eslint-disable-next-line no-control-regex -- these are what it looks for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** The text with unsafe characters escaped as in a JavaScript string; a long one is truncated and says so. */
export function oneLine(text: string): string {
  const shown = text.replace(UNSAFE, (character) => SHORT[character] ?? unicodeEscape(character))
  if (shown.length <= MAX_SHOWN_CHARACTERS) return shown
  return `${shown.slice(0, MAX_SHOWN_CHARACTERS)}… (${String(text.length)} characters)`
}

/** The text with its line breaks, and every other unsafe character escaped. JSON keeps its value. */
export function safeLines(text: string): string {
  return text.replace(UNSAFE, (character) => (character === '\n' ? character : unicodeEscape(character)))
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
