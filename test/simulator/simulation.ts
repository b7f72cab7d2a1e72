import type { AccessTokens } from './access-tokens.ts'
import { defaultWorld } from './default-world.ts'
import type { RequestRecord } from './request-record.ts'
import type { Settings } from './settings.ts'
import type { World } from './world.ts'

/** A running simulator without its server. A reset replaces `world`, puts `settings` back and empties `requests`. */
export type Simulation = {
	world: World
	settings: Settings
	readonly initialSettings: Settings
	readonly tokens: AccessTokens
	readonly requests: RequestRecord[]
	readonly newId: () => string
}

/** Starts with the default world. */
export function newSimulation(settings: Settings, newId: () => string): Simulation {
	return { world: defaultWorld(newId), settings, initialSettings: settings, tokens: new Map(), requests: [], newId }
}

/** Puts the default world back and forgets the requests. Tokens stay good, because clients keep theirs for hours. */
export function resetSimulation(simulation: Simulation): void {
	simulation.world = defaultWorld(simulation.newId)
	simulation.settings = simulation.initialSettings
	simulation.requests.length = 0
}
