/**
 * What PSReadLine 2.4.5 binds in the edit mode that it begins with, Windows' and that of Emacs elsewhere, as `chordOf`
 * writes it; of a sequence its first key. A test compares them with a real pwsh's `Get-PSReadLineKeyHandler -Bound`. The
 * last line of each is what that does not tell: what is bound on Windows alone (about_PSReadLine), and Ctrl+@ as
 * keyboards and terminals write it. Who changes the edit mode or binds keys has others.
 */
export const psReadLineKeys = {
  Windows: [
    'Enter', 'Shift+Enter', 'Backspace', 'Ctrl+Home', 'Ctrl+Backspace', 'Ctrl+W', 'Ctrl+Shift+C', 'Ctrl+C', 'Ctrl+X', 'Delete', 'Ctrl+Enter',
    'Ctrl+Shift+Enter', 'Alt+D', 'Ctrl+V', 'Shift+Insert', 'Ctrl+Y', 'Escape', 'Ctrl+Z', 'Alt+.', 'ArrowLeft', 'Ctrl+ArrowLeft', 'Home', 'End', 'ArrowRight',
    'Ctrl+]', 'Ctrl+ArrowRight', 'Ctrl+S', 'F8', 'Shift+F8', 'ArrowDown', 'ArrowUp', 'Ctrl+R', 'Ctrl+@', 'Tab', 'Shift+Tab', 'F4', 'F2', 'Ctrl+L', 'Alt+0',
    'Alt+1', 'Alt+2', 'Alt+3', 'Alt+4', 'Alt+5', 'Alt+6', 'Alt+7', 'Alt+8', 'Alt+9', 'Alt+-', 'F1', 'Ctrl+Alt+?', 'Alt+H', 'Alt+?', 'Ctrl+A', 'Shift+ArrowLeft',
    'Shift+Home', 'Ctrl+Shift+ArrowLeft', 'Alt+A', 'Shift+ArrowRight', 'Shift+End', 'Ctrl+Shift+ArrowRight', 'F3', 'Shift+F3', 'Ctrl+Space', 'Ctrl+Delete',
    'Ctrl+End', 'PageUp', 'PageDown', 'Ctrl+PageUp', 'Ctrl+PageDown', 'Alt+F7', 'Ctrl+Shift+2'
  ],
  Emacs: [
    'Ctrl+G', 'Ctrl+O', 'Enter', 'Shift+Enter', 'Backspace', 'Ctrl+Backspace', 'Ctrl+U', 'Ctrl+X', 'Alt+Backspace', 'Escape', 'Alt+C', 'Ctrl+C', 'Delete',
    'Ctrl+D', 'Alt+L', 'Ctrl+K', 'Alt+D', 'Alt+R', 'Ctrl+T', 'Ctrl+_', 'Ctrl+W', 'Alt+U', 'Ctrl+M', 'Ctrl+Y', 'Alt+.', 'Alt+_', 'Ctrl+Alt+Y', 'Alt+Y',
    'ArrowLeft', 'Ctrl+B', 'Alt+B', 'Home', 'Ctrl+A', 'End', 'Ctrl+E', 'ArrowRight', 'Ctrl+F', 'Alt+F', 'Alt+<', 'Alt+>', 'Ctrl+S', 'ArrowDown', 'Ctrl+N',
    'ArrowUp', 'Ctrl+P', 'Ctrl+R', 'Tab', 'Alt+=', 'F4', 'F2', 'Ctrl+L', 'Alt+0', 'Alt+1', 'Alt+2', 'Alt+3', 'Alt+4', 'Alt+5', 'Alt+6', 'Alt+7', 'Alt+8',
    'Alt+9', 'Alt+-', 'F1', 'Ctrl+Alt+?', 'Alt+H', 'Alt+?', 'Shift+ArrowLeft', 'Shift+Home', 'Alt+Shift+B', 'Alt+A', 'Shift+ArrowRight', 'Alt+Shift+F',
    'Shift+End', 'Ctrl+@', 'Alt+Space', 'Ctrl+]', 'Ctrl+Alt+]', 'Ctrl+Space', 'Ctrl+Shift+2'
  ]
} as const satisfies Record<string, readonly string[]>
