/** The console: starts the connection and shows the page of the address. */
import './tokens.css'
import './parts.css'
import { render } from 'preact'
import { showHiddenCharacters } from './parts/hidden-characters.js'
import { startEngine } from './engine/engine.js'
import { followRecent } from './engine/recent.js'
import { startKeys } from './parts/keys.js'
import { startRouter } from './parts/router.js'
import { Shell } from './shell.js'

showHiddenCharacters()
startRouter()
startKeys()
startEngine()
followRecent()
render(<Shell />, document.body)
