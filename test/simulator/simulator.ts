import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../../src/clock.ts'
import { armError, sendAnswer } from './answer.ts'
import { controlPath } from './control-plane.ts'
import { decideAnswer } from './decide-answer.ts'
import { defaultWorld } from './default-world.ts'
import type { Fault } from './fault.ts'
import { type OperationLength, settle } from './long-running-operation.ts'
import { type RequestRecord, recordRequest } from './request-record.ts'
import { readRequest } from './simulated-request.ts'
import { resetSimulation, type Simulation } from './simulation.ts'
import type { VirtualMachine } from './virtual-machine.ts'
import { findMachine, type MachineSettings, putMachine, type World } from './world.ts'

export type SimulatorOptions = {
	/** 0, the default, takes any free port. */
	port?: number
	/** Without it an operation is seen running once and then ended: no waiting by the clock. */
	operationLength?: OperationLength
	/** How many machines a page of listAll holds; 4 unless told, so that the default world has three pages. */
	pageSize?: number
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
	/** Adds a fault, before the others. */
	fail(fault: Fault): void
	/** The world as at the start: faults, power states and requests. */
	reset(): void
}

/** A real poll URL has about 5 kB, and Node refuses headers above 16 kB unless told. */
const headerBytesMax = 65_536
const requestCountMax = 10_000

/** Starts a simulated Azure on 127.0.0.1. */
export async function openSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const { port = 0, operationLength = { polls: 1 }, pageSize = 4, clock = systemClock, newId = randomUUID, log = () => {} } = options
	const simulation: Simulation = { world: defaultWorld(newId), tokens: new Map(), requests: [], operationLength, pageSize, newId }
	const closing = new AbortController()
	const server = createServer({ maxHeaderSize: headerBytesMax }, (incoming, response) => {
		answer(simulation, incoming, response, { clock, log, signal: closing.signal }).catch((error: Error) => {
			if (closing.signal.aborted) response.destroy()
			else sendAnswer(response, armError(500, 'SimulatorFailed', error.message))
		})
	})
	server.listen(port, '127.0.0.1')
	await once(server, 'listening')
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		get world() {
			return simulation.world
		},
		requests: simulation.requests,
		vm(name, resourceGroup) {
			for (const operation of simulation.world.operations) settle(operation, clock.now())
			const machine = findMachine(simulation.world, name, resourceGroup)
			if (!machine) throw new Error(`The simulated Azure has no virtual machine ${name}.`)
			return machine
		},
		putVm: (settings) => putMachine(simulation.world, settings, { length: operationLength, now: clock.now(), newId }),
		fail: (fault) => {
			simulation.world.faults.unshift(fault)
		},
		reset: () => resetSimulation(simulation),
		[Symbol.asyncDispose]: () => close(server, closing),
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
