import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import tseslint from 'typescript-eslint'
import { windowImports } from './build/window-sources.mjs'

/** A pattern that only the named wrapper may contain. */
const only = (selector, message) => ({ selector, message })

const noRawIpc = [
  only("MemberExpression[object.name='ipcRenderer']", 'Only app/preload.ts speaks to ipcRenderer.'),
  only("MemberExpression[object.name='ipcMain']", 'Only app/ipc.ts speaks to ipcMain.'),
  only("CallExpression[callee.object.property.name='webContents'][callee.property.name=/^(send|postMessage)$/]", 'Only app/ipc.ts sends to a window.')
]
const noWayAround = [
  only("Property[key.name='webPreferences']", 'Only app/electron/window.ts makes a window’s options.'),
  only("CallExpression[callee.property.name='openExternal']", 'Only app/electron/host.ts opens something outside.'),
  only("CallExpression[callee.property.name=/^(loadFile|executeJavaScript|insertCSS)$/]", 'The window shows its own page, and runs nothing that is handed to it.')
]
const noDemoTest = [
  only("BinaryExpression[operator=/^[!=]==?$/] > Literal[value='demo']", 'A demo tenant is an ordinary profile: no test for it outside app/demo/.'),
  only("SwitchCase > Literal[value='demo']", 'A demo tenant is an ordinary profile: no test for it outside app/demo/.')
]
const noBareError = [only("NewExpression[callee.name='TenantryError']", 'failure(…) makes an error of the table, and checks what its sentences name.')]
const noImport = (group, message) => ({ 'no-restricted-imports': ['error', { patterns: [{ group, message }] }] })

export default tseslint.config(
  { ignores: ['out/', 'node_modules/', '.cache/', '**/bin/', '**/obj/'] },
  ...tseslint.configs.recommended,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.node, ...globals.browser } } },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: tseslint.parser } }
  },
  {
    rules: {
      // Maps and sets that only compute something are plain ones; what the window shows is in $state and $derived.
      'svelte/prefer-svelte-reactivity': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      eqeqeq: 'error',
      'no-restricted-syntax': ['error', ...noRawIpc]
    }
  },
  {
    files: ['app/**/*.ts'],
    ignores: ['app/main.ts', 'app/preload.ts', 'app/ipc.ts', 'app/electron/**'],
    rules: noImport(['electron', 'electron/*', '**/renderer/**'], 'The core does not know Electron, nor the window.')
  },
  {
    files: ['app/ipc.ts', 'app/electron/**/*.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: ['electron', 'electron/*'], allowTypeImports: true, message: 'main.ts hands over what is needed of Electron.' }] }
      ]
    }
  },
  {
    files: ['app/**/*.ts'],
    ignores: ['app/demo/**'],
    rules: { 'no-restricted-syntax': ['error', ...noRawIpc, ...noWayAround, ...noDemoTest, ...noBareError] }
  },
  { files: ['app/failures.ts'], rules: { 'no-restricted-syntax': ['error', ...noRawIpc, ...noWayAround, ...noDemoTest] } },
  { files: ['app/ipc.ts', 'app/preload.ts', 'app/electron/window.ts', 'app/electron/host.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['renderer/**/*.ts', 'renderer/**/*.svelte'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: `/app/(?!(${windowImports.join('|').replaceAll('.', '\\.')})$)`, message: 'The window imports from app/ only the contract.' },
            { regex: '/app/contract\\.ts$', allowTypeImports: true, message: `Its schemas are the main process’s: the window takes values from ${windowImports.filter((file) => file !== 'contract.ts').join(', ')}.` },
            { group: ['electron', 'node:*'], message: 'The window runs in a browser.' }
          ]
        }
      ]
    }
  }
)
