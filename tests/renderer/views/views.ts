import { dialogViews } from './of-dialogs.ts'
import { runViews } from './of-runs.ts'
import { sessionViews } from './of-sessions.ts'
import { snippetViews } from './of-snippets.ts'
import { windowViews } from './of-the-window.ts'
import type { View } from './view.ts'

/** Everything that the window can show; `tests/renderer/accessibility.test.ts` fails where a component is in none of them. */
export const views: View[] = [...dialogViews, ...runViews, ...sessionViews, ...snippetViews, ...windowViews]
