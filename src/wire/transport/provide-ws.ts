/** Includes the WebSocket library, for programs in which it cannot be looked up. */
import * as ws from 'ws'
import { provideModule } from '../../std/require-module.js'

export function provideWs(): void {
  provideModule('ws', ws)
}
