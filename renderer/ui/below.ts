/** Where an element's menu opens: at its lower left corner, in pixels of the window. */
export function below(element: Element): { x: number; y: number } {
  const { left, bottom } = element.getBoundingClientRect()
  return { x: left, y: bottom }
}
