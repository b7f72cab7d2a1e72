// From the names in a request to machines in Azure.
import { ComputeManagementClient } from '@azure/arm-compute'
import type { Azure } from 'runhook'
import type { NamedMachine } from './machine-list.ts'

/** A machine whose place is known; whether it exists shows when it is asked for. */
export type Machine = { subscriptionId: string; resourceGroup: string; name: string; id: string }

/** Why a name leads to no machine. */
export type Unresolved = { name: string; result: 'NotFound' | 'Ambiguous' | 'Failed'; error: string }

/** Where to look for names that come without a place. */
export type Place = { subscriptionId: string | undefined; resourceGroup: string | undefined }

/**
 * Finds the place of every machine, each machine once, in the order of the request.
 * Asks Azure only for names without a resource group, and then for all machines of their subscription at once.
 * Throws an Error when a machine's subscription is unknown.
 */
export async function findMachines(azure: Azure, named: NamedMachine[], place: Place): Promise<(Machine | Unresolved)[]> {
	const wanted = named.map((machine) => withPlace(machine, place))
	const subscriptions = new Set(
		wanted.filter((machine) => !machine.resourceGroup).map(({ subscriptionId }) => subscriptionId.toLowerCase()),
	)
	const lists = new Map<string, Machine[] | string>()
	for (const subscription of subscriptions) lists.set(subscription, await listMachines(azure, subscription))
	const found = new Map<string, Machine | Unresolved>()
	for (const machine of wanted) {
		const result = resolve(machine, lists.get(machine.subscriptionId.toLowerCase()) ?? [])
		const key = 'id' in result ? result.id : `${machine.subscriptionId}/${result.name}`
		if (!found.has(key.toLowerCase())) found.set(key.toLowerCase(), result)
	}
	return [...found.values()]
}

type PlacedMachine = NamedMachine & { subscriptionId: string }

function withPlace(machine: NamedMachine, place: Place): PlacedMachine {
	const subscriptionId = machine.subscriptionId ?? place.subscriptionId
	if (!subscriptionId)
		throw new Error(`The subscription of ${machine.name} is unknown: give the parameter SubscriptionId or set AZURE_SUBSCRIPTION_ID.`)
	const resourceGroup = machine.resourceGroup ?? place.resourceGroup
	return { ...machine, subscriptionId, ...(resourceGroup && { resourceGroup }) }
}

/** All machines of a subscription, or why they cannot be listed. */
async function listMachines(azure: Azure, subscriptionId: string): Promise<Machine[] | string> {
	const { virtualMachines } = azure.client(ComputeManagementClient, subscriptionId)
	const machines: Machine[] = []
	try {
		for await (const { id = '', name = '' } of virtualMachines.listAll()) {
			machines.push({ subscriptionId, resourceGroup: id.split('/')[4] ?? '', name, id })
		}
		return machines
	} catch (error) {
		const { code, message } = azure.failure(error)
		return `${code}: ${message}`
	}
}

/** Decides which machine is meant; `listed` are the machines of its subscription, or why there is no list of them. */
function resolve({ name, subscriptionId, resourceGroup, serviceName }: PlacedMachine, listed: Machine[] | string): Machine | Unresolved {
	if (resourceGroup) return { subscriptionId, resourceGroup, name, id: machineId(subscriptionId, resourceGroup, name) }
	if (typeof listed === 'string') return { name, result: 'Failed', error: listed }
	const sameName = listed.filter((machine) => same(machine.name, name))
	const sameService = sameName.filter((machine) => same(machine.resourceGroup, serviceName ?? ''))
	const [machine, another] = sameService.length === 1 ? sameService : sameName
	if (!machine) {
		const error = `ResourceNotFound: Virtual machine '${name}' was not found in subscription '${subscriptionId}'.`
		return { name, result: 'NotFound', error }
	}
	if (!another) return machine
	const groups = new Intl.ListFormat('en-GB').format(sameName.map((one) => one.resourceGroup))
	return { name, result: 'Ambiguous', error: `'${name}' exists in ${groups}: give ResourceGroup.` }
}

function machineId(subscriptionId: string, resourceGroup: string, name: string): string {
	return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Compute/virtualMachines/${name}`
}

function same(one: string, other: string): boolean {
	return one.toLowerCase() === other.toLowerCase()
}
