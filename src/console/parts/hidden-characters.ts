/**
 * Shows characters that cannot be seen, or that reverse the text after them, as escapes in all text of the page: names
 * and messages are hostile. Values of fields, links and copies keep them.
 */
import { options, type VNode } from 'preact'
import { safeLines } from '../../std/text/one-line.js'

export function showHiddenCharacters(): void {
  const before = options.vnode?.bind(options)
  options.vnode = (vnode: VNode) => {
    const node = vnode as { type: unknown; props: unknown }
    // A text has no type, and is its own properties.
    if (node.type === null && typeof node.props === 'string')
      node.props = node.props.split('\t').map(safeLines).join('\t')
    before?.(vnode)
  }
}
