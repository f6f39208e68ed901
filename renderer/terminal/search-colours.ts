/** What matches of a search look like; the one in front has a colour of its own. */
export interface SearchColours {
  matchBackground: string
  matchBorder: string
  frontBackground: string
  frontBorder: string
}

// The terminal's text has 4.5:1 on each background at least, and each frame 3:1 to the terminal: a test says so.
const onDark: SearchColours = { matchBackground: '#4a3a0c', matchBorder: '#b08d2e', frontBackground: '#7a4300', frontBorder: '#ffd27a' }
const onLight: SearchColours = { matchBackground: '#ffe7a3', matchBorder: '#8a5c00', frontBackground: '#ffb454', frontBorder: '#5c3d00' }

/** The colours of matches on a terminal of this background (`#rrggbb`). */
export function searchColours(background: string): SearchColours {
  return luminance(background) < 0.2 ? onDark : onLight
}

/** WCAG's relative luminance of `#rrggbb`. */
export function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
