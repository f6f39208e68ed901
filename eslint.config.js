import svelte from 'eslint-plugin-svelte'
import globals from 'globals'
import tseslint from 'typescript-eslint'

/** A pattern that only the named wrapper may contain. */
const only = (selector, message) => ({ selector, message })

const noRawIpc = [
  only("MemberExpression[object.name='ipcRenderer']", 'Only app/preload.ts speaks to ipcRenderer.'),
  only("MemberExpression[object.name='ipcMain']", 'Only app/ipc.ts speaks to ipcMain.'),
  only("CallExpression[callee.object.property.name='webContents'][callee.property.name=/^(send|postMessage)$/]", 'Only app/ipc.ts sends to a window.')
]
const noDemoTest = [
  only("BinaryExpression[operator=/^[!=]==?$/] > Literal[value='demo']", 'A demo tenant is an ordinary profile: no test for it outside app/demo/.'),
  only("SwitchCase > Literal[value='demo']", 'A demo tenant is an ordinary profile: no test for it outside app/demo/.')
]
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
    ignores: ['app/main.ts', 'app/preload.ts', 'app/ipc.ts'],
    rules: noImport(['electron', 'electron/*', '**/renderer/**'], 'The core does not know Electron, nor the window.')
  },
  {
    files: ['app/ipc.ts'],
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
    rules: { 'no-restricted-syntax': ['error', ...noRawIpc, ...noDemoTest] }
  },
  { files: ['app/ipc.ts', 'app/preload.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['renderer/**/*.ts', 'renderer/**/*.svelte'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '/app/(?!(contract|contract-values|frames)\\.ts$)', message: 'The window imports from app/ only the contract.' },
            { regex: '/app/contract\\.ts$', allowTypeImports: true, message: 'Its schemas are the main process’s: the window takes values from contract-values.ts and frames.ts.' },
            { group: ['electron', 'node:*'], message: 'The window runs in a browser.' }
          ]
        }
      ]
    }
  }
)
