import '@xterm/xterm/css/xterm.css'
import './theme.css'
import { mount } from 'svelte'
import { connectBridge } from './bridge.ts'
import Root from './Root.svelte'

const target = document.getElementById('window')!
mount(Root, { target, props: { bridge: connectBridge() } })
