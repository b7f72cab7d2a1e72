import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../../src/clock.ts'
import { armError, sendAnswer } from './answer.ts'
import { controlPath } from './control-plane.ts'
import { decideAnswer } from './decide-answer.ts'
import type { Fault } from './fault.ts'
import type { PacketCapture } from './packet-capture.ts'
import { type CaptureSettings, putCapture } from './put-capture.ts'
import { type MachineSettings, putMachine } from './put-machine.ts'
import { type RequestRecord, recordRequest } from './request-record.ts'
import { defaultSettings, type Settings } from './settings.ts'
import { settleWorld } from './settle-world.ts'
import { readRequest } from './simulated-request.ts'
import { newSimulation, resetSimulation, type Simulation } from './simulation.ts'
import type { VirtualMachine } from './virtual-machine.ts'
import { findCapture, findMachine, removeFrom, type World } from './world.ts'

export type SimulatorOptions = Partial<Settings> & {
	/** 0, the default, takes any free port. */
	port?: number
	/** With it everything is answered over https, as localhost: libraries sign in with a secret in no other way. */
	certificate?: { cert: string; key: string }
	clock?: Clock
	newId?: () => string
	/** Gets every request before it is answered, those to the simulator itself included. */
	log?: (record: RequestRecord) => void
}

/** A simulated Azure that listens. Disposing it closes all connections. */
export type Simulator = AsyncDisposable & {
	readonly url: string
	readonly world: World
	/** The requests of runners, the oldest first; those to the simulator itself are left out. */
	readonly requests: readonly RequestRecord[]
	/** The machine as it is now; throws when there is none. Without a group the first of that name. */
	vm(name: string, resourceGroup?: string): Readonly<VirtualMachine>
	/** Makes or changes a machine. */
	putVm(settings: MachineSettings): Readonly<VirtualMachine>
	/** The first capture of this name as it is now; throws when there is none. */
	capture(name: string): Readonly<PacketCapture>
	/** Makes or changes a capture; it stays so until somebody stops, deletes or puts it. */
	putCapture(settings: CaptureSettings): Readonly<PacketCapture>
	/** Takes the first machine, watcher (and its captures) or capture of this name away. */
	remove(kind: 'vms' | 'watchers' | 'captures', name: string): void
	/** Adds a fault, before the others. */
	fail(fault: Fault): void
	/** Changes the settings it names. */
	set(settings: Partial<Settings>): void
	/** The world as at the start: faults, power states, settings and requests. */
	reset(): void
}

/** A real poll URL has about 5 kB, and Node refuses headers above 16 kB unless told. */
const headerBytesMax = 65_536
const requestCountMax = 10_000

/** Starts a simulated Azure on 127.0.0.1. */
export async function openSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const { port = 0, certificate, clock = systemClock, newId = randomUUID, log = () => {} } = options
	const { operationLength, captureLength, captureCountMax, pageSize, clientSecrets } = { ...defaultSettings, ...options }
	const simulation = newSimulation({ operationLength, captureLength, captureCountMax, pageSize, clientSecrets }, newId)
	const closing = new AbortController()
	const listener: RequestListener = (incoming, response) => {
		answer(simulation, incoming, response, { clock, log, signal: closing.signal }).catch((error: Error) => {
			if (closing.signal.aborted) response.destroy()
			else sendAnswer(response, armError(500, 'SimulatorFailed', error.message))
		})
	}
	const limits = { maxHeaderSize: headerBytesMax }
	const server = certificate ? createTlsServer({ ...limits, ...certificate }, listener) : createServer(limits, listener)
	server.listen(port, '127.0.0.1')
	await once(server, 'listening')
	return {
		url: `${certificate ? 'https://localhost' : 'http://127.0.0.1'}:${(server.address() as AddressInfo).port}`,
		requests: simulation.requests,
		...handlesOf(simulation, clock),
		// After the handles, because a spread would read it once and for all.
		get world() {
			return simulation.world
		},
		[Symbol.asyncDispose]: () => close(server, closing),
	}
}

function handlesOf(simulation: Simulation, clock: Clock): Omit<Simulator, 'url' | 'world' | 'requests' | typeof Symbol.asyncDispose> {
	const { newId } = simulation
	return {
		vm(name, resourceGroup) {
			settleWorld(simulation, clock.now())
			const machine = findMachine(simulation.world, name, { resourceGroup })
			if (!machine) throw new Error(`The simulated Azure has no virtual machine ${name}.`)
			return machine
		},
		putVm: (settings) => putMachine(simulation.world, settings, { length: simulation.settings.operationLength, now: clock.now(), newId }),
		capture(name) {
			settleWorld(simulation, clock.now())
			const capture = findCapture(simulation.world, name)
			if (!capture) throw new Error(`The simulated Azure has no packet capture ${name}.`)
			return capture
		},
		putCapture: (settings) => putCapture(simulation.world, settings, { now: clock.now(), newId }),
		remove: (kind, name) => {
			removeFrom(simulation.world, kind, name)
		},
		fail: (fault) => {
			simulation.world.faults.unshift(fault)
		},
		set: (settings) => {
			simulation.settings = { ...simulation.settings, ...settings }
		},
		reset: () => resetSimulation(simulation),
	}
}

type Surroundings = { clock: Clock; log: (record: RequestRecord) => void; signal: AbortSignal }

async function answer(simulation: Simulation, incoming: IncomingMessage, response: ServerResponse, { clock, log, signal }: Surroundings) {
	const request = await readRequest(incoming)
	const now = clock.now()
	const decision = decideAnswer(simulation, request, now)
	const record = recordRequest(request, decision, now)
	if (!request.path.startsWith(controlPath)) keep(simulation.requests, record)
	log(record)
	const { delaySeconds } = decision.answer
	if (delaySeconds) await clock.sleep(delaySeconds * 1000, signal)
	sendAnswer(response, decision.answer)
}

function keep(requests: RequestRecord[], record: RequestRecord): void {
	requests.push(record)
	if (requests.length > requestCountMax) requests.shift()
}

async function close(server: Server, closing: AbortController): Promise<void> {
	closing.abort()
	const closed = once(server, 'close')
	server.close()
	server.closeAllConnections()
	await closed
}
