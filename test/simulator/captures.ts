// What the tests of packet captures share.
import type { NetworkManagementClient, PacketCapture } from '@azure/arm-network'
import { quickly, subscriptionId } from './azure-client.ts'
import type { Simulator } from './simulator.ts'

export const group = 'NetworkWatcherRG'
export const watcher = 'NetworkWatcher_eastus'
export const storageId = `/subscriptions/${subscriptionId}/resourceGroups/rg-runbooks/providers/Microsoft.Storage/storageAccounts/captures`

export function idOf(vm: string, resourceGroup = 'rg-runbooks'): string {
	return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${vm}`
}

/** A request that the simulator accepts: thirty seconds on vm03, into a storage account. */
export function request(changes: Partial<PacketCapture> = {}): PacketCapture {
	return { target: idOf('vm03'), storageLocation: { storageId }, timeLimitInSeconds: 30, ...changes }
}

/** Makes a capture, as a promise that can be expected to be rejected. */
export async function create({ packetCaptures }: NetworkManagementClient, name = 'pc', changes: Partial<PacketCapture> = {}) {
	return packetCaptures.create(group, watcher, name, request(changes), quickly)
}

export async function statusOf({ packetCaptures }: NetworkManagementClient, name = 'pc') {
	return packetCaptures.getStatus(group, watcher, name, quickly)
}

/** The calls about captures in order, with polls: `createCapture 201`, `poll 200`. */
export function calls({ requests }: Simulator): string[] {
	return requests.filter(({ operation }) => operation !== 'token').map(({ operation, status }) => `${operation} ${status}`)
}
