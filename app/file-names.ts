/** A part of a file's name that every system takes: letters of any language, digits and hyphens; empty where nothing is left. */
export function namePart(text: string): string {
  // 40 characters of four bytes each leave room for the rest: names end at 255 bytes.
  return [...text.normalize('NFC').replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')].slice(0, 40).join('').replace(/^-+|-+$/g, '')
}

/** A time by this computer's clock, as people and file names have it. */
export function localTime(milliseconds: number): { day: string; clock: string } {
  const time = new Date(milliseconds)
  const two = (number: number) => String(number).padStart(2, '0')
  return {
    day: `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`,
    clock: [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')
  }
}

/** `Contoso-2026-11-07-140322`: what something is of, and when it was made. */
export function datedName(name: string, milliseconds: number): string {
  const { day, clock } = localTime(milliseconds)
  return `${namePart(name) || 'session'}-${day}-${clock.replaceAll(':', '')}`
}
