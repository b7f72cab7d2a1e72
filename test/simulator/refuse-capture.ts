import { type Answer, armError } from './answer.ts'
import type { NetworkWatcher } from './network-watcher.ts'
import type { VirtualMachine } from './virtual-machine.ts'
import { machineId } from './virtual-machine-body.ts'
import { machineNotFound } from './virtual-machine-calls.ts'
import { findMachine, sameName, type World } from './world.ts'

type Wanted = { watcher: NetworkWatcher; target: string; captureCountMax: number }

/**
 * The machine a capture is to run on, or why it cannot be made there.
 * No public text confirms the codes of these refusals: callers go by status and message.
 */
export function refuseCapture(
	world: World,
	{ watcher, target, captureCountMax }: Wanted,
): { machine: VirtualMachine } | { refusal: Answer } {
	const pattern = /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.Compute\/virtualMachines\/([^/]+)$/i
	const [, subscriptionId, resourceGroup, name] = pattern.exec(target) ?? []
	if (!name || !subscriptionId || !sameName(subscriptionId, watcher.subscriptionId)) {
		return refuse(400, 'InvalidResourceReference', `The target resource ${target} is not valid for a packet capture.`)
	}
	const machine = findMachine(world, name, { subscriptionId, resourceGroup })
	if (!machine) return { refusal: machineNotFound(name, resourceGroup) }
	const id = machineId(machine)
	if (!sameName(machine.location, watcher.location)) {
		const message = `The target resource ${id} is in location ${machine.location}, and the network watcher ${watcher.name} is in location ${watcher.location}.`
		return refuse(400, 'TargetResourceLocationMismatch', message)
	}
	if (machine.powerState !== 'running') return refuse(400, 'VMNotRunning', `The target virtual machine ${id} is not running.`)
	if (!machine.networkWatcherAgent) {
		const message = `The network watcher agent is not installed on the target virtual machine ${id}. Install the extension Microsoft.Azure.NetworkWatcher.NetworkWatcherAgent${machine.osType}.`
		return refuse(400, 'NetworkWatcherAgentNotInstalled', message)
	}
	const inRegion = world.captures.filter(
		(capture) => capture.watcher.subscriptionId === watcher.subscriptionId && sameName(capture.watcher.location, watcher.location),
	)
	if (inRegion.length < captureCountMax) return { machine }
	const message = `Cannot create more than ${captureCountMax} packet captures for this subscription in this region.`
	return refuse(400, 'PacketCaptureCountLimitReached', message)
}

function refuse(status: number, code: string, message: string): { refusal: Answer } {
	return { refusal: armError(status, code, message) }
}
