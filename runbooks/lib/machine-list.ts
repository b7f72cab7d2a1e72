// Which machines a request names: every shape that senders of webhooks use. Reads only; nothing here asks Azure.
import { checkResourceGroup, checkResourceName, checkSubscriptionId, member, parseArmId, type ReceivedWebhookData } from 'runhook'

/** A machine as the request names it. All values are checked. */
export type NamedMachine = {
	name: string
	resourceGroup?: string
	subscriptionId?: string
	/** Cloud service of a classic machine. It is no resource group, but helps to choose among machines of one name. */
	serviceName?: string
}

/** What a body says: the machines, and a sentence for each entry that names none. */
export type MachineList = { machines: NamedMachine[]; problems: string[] }

/**
 * Reads the machines that a request names, or that an alert is about; `resolved` when the alert is over and asks for nothing.
 * Throws an Error when it names none, or when a value cannot be what it stands for.
 */
export function readMachineRequest(request: ReceivedWebhookData): MachineList | 'resolved' {
	const body = request.json()
	const { kind, condition, vmIds } = request.alert()
	if (kind === 'vm-list' || kind === 'unknown') return readMachineList(body)
	if (vmIds.length > 0 && condition === 'resolved') return 'resolved'
	// An event that is neither fired nor resolved tells of something that happened: nobody asked for anything.
	if (vmIds.length === 0 || condition !== 'fired') throw new Error(noList)
	return { machines: vmIds.map((id) => readMachineId(id, 'The machine of the alert')), problems: [] }
}

const noList = 'Request body has no list of virtual machines.'

/** Reads the list of machines; throws an Error when the body has none, or when a value cannot be what it stands for. */
export function readMachineList(body: unknown): MachineList {
	const list: MachineList = { machines: [], problems: [] }
	for (const [index, entry] of entriesOf(body).entries()) {
		const number = index + 1
		const machine = readEntry(entry, number)
		if (machine) list.machines.push(machine)
		else list.problems.push(`Entry ${number} has no Name.`)
	}
	// A list of something else, then: that of another sender.
	if (list.machines.length === 0 && list.problems.length > 0) throw new Error(noList)
	return list
}

function entriesOf(body: unknown): unknown[] {
	if (Array.isArray(body)) return body
	const list = member(body, 'VirtualMachines')
	if (Array.isArray(list)) return list
	// PowerShell's ConvertTo-Json makes a plain object of a list with one element.
	if (text(body, 'Name', 'Id', 'ResourceId')) return [body]
	throw new Error(noList)
}

function readEntry(entry: unknown, number: number): NamedMachine | undefined {
	const id = typeof entry === 'string' && entry.startsWith('/') ? entry : text(entry, 'Id', 'ResourceId')
	if (id) return readMachineId(id, `Entry ${number}: Id`)
	const name = typeof entry === 'string' ? entry : text(entry, 'Name')
	if (!name) return undefined
	const resourceGroup = text(entry, 'ResourceGroup', 'ResourceGroupName')
	const subscriptionId = text(entry, 'SubscriptionId')
	const serviceName = text(entry, 'ServiceName')
	return {
		name: checkResourceName(name, `Entry ${number}: Name`),
		...(resourceGroup && { resourceGroup: checkResourceGroup(resourceGroup, `Entry ${number}: ResourceGroup`) }),
		...(subscriptionId && { subscriptionId: checkSubscriptionId(subscriptionId, `Entry ${number}: SubscriptionId`) }),
		...(serviceName && { serviceName }),
	}
}

function readMachineId(id: string, field: string): NamedMachine {
	const { type, name, resourceGroup, subscriptionId } = parseArmId(id, field)
	if (type.toLowerCase() !== 'microsoft.compute/virtualmachines') throw new Error(`${field} is not the id of a virtual machine: ${id}`)
	return { name, resourceGroup, subscriptionId }
}

/** The first of these members that is a text with something in it. */
function text(value: unknown, ...names: string[]): string | undefined {
	return names.map((name) => member(value, name)).find((found) => typeof found === 'string' && found !== '') as string | undefined
}
