import '@xterm/xterm/css/xterm.css'
import './theme.css'
import { mount } from 'svelte'
import App from './App.svelte'
import { connectBridge } from './bridge.ts'

const target = document.getElementById('window')!
mount(App, { target, props: { bridge: connectBridge() } })
