/**
 * Draws a call tree as a flame graph: each box is a function, as wide as its time including callees, on top of its
 * caller. Plain SVG; a tooltip shows name, place and time.
 */
import type { CallTree } from './call-tree.js'
import { escapeXml } from './svg-text.js'

const WIDTH = 1400
const ROW_HEIGHT = 17
const CHARACTER_WIDTH = 6.6
/** Narrower boxes are left out: they would be invisible, and they are most of a profile. */
const MIN_WIDTH = 0.5

export function flameGraph(tree: CallTree, title: string): string {
  const boxes: string[] = []
  let rows = 0
  const draw = (node: CallTree, x: number, row: number): void => {
    const width = (node.totalUs / tree.totalUs) * WIDTH
    if (width < MIN_WIDTH) return
    rows = Math.max(rows, row + 1)
    boxes.push(box(node, { x, y: (row + 1) * ROW_HEIGHT, width, share: node.totalUs / tree.totalUs }))
    let left = x
    for (const child of node.children) {
      draw(child, left, row + 1)
      left += (child.totalUs / tree.totalUs) * WIDTH
    }
  }
  draw(tree, 0, 0)
  const height = (rows + 1) * ROW_HEIGHT
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">`,
    `<rect width="${WIDTH}" height="${height}" fill="white"/>`,
    `<text x="4" y="12">${escapeXml(title)}</text>`,
    ...boxes,
    '</svg>\n',
  ].join('\n')
}

interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly share: number
}

function box({ name, place, totalUs }: CallTree, { x, y, width, share }: Place): string {
  const tip = `${name} ${place}, ${(totalUs / 1000).toFixed(1)} ms, ${(share * 100).toFixed(1)} %`
  const room = Math.floor((width - 4) / CHARACTER_WIDTH)
  const label = room < 3 ? '' : `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escapeXml(name.slice(0, room))}</text>`
  const size = `x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW_HEIGHT - 1}"`
  return `<g><title>${escapeXml(tip)}</title><rect ${size} fill="${colourOf(place)}"/>${label}</g>`
}

/** Colours distinguish this package, its dependencies and Node itself. */
function colourOf(place: string): string {
  if (place === '') return '#d9d9d9'
  if (place.includes('node:')) return '#b9cfe4'
  return /(?:^|\/)(?:dist|bench)\//.test(place) ? '#f4a259' : '#f2d492'
}
