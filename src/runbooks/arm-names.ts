// Names that come from outside are checked before they reach an Azure client: the clients put '..' into a URL as it stands,
// and a DELETE of 'a/b/..' deletes a.

const guid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const subscriptionId = new RegExp(`^${guid}$`, 'i')
const resourceGroup = /^[-\p{L}\p{N}_.()]{1,90}$/u
const resourceName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9_])?$/
const armId = new RegExp(`^/subscriptions/(${guid})/resourceGroups/([^/]+)/providers/([a-z0-9]+(?:\\.[a-z0-9]+)*/[a-z0-9]+)/([^/]+)$`, 'i')
/** Characters of a refused value that are quoted. */
const quotedLengthMax = 200

/** What the id of an Azure resource says. Azure compares all of it without regard to case. */
export type ArmId = {
	/** The id as it was given. */
	id: string
	subscriptionId: string
	resourceGroup: string
	/** Such as `Microsoft.Compute/virtualMachines`. */
	type: string
	name: string
}

/** Returns the value if it is a subscription id; else throws an Error that names the field. */
export function checkSubscriptionId(value: string, field: string): string {
	if (!subscriptionId.test(value)) throw new Error(`${field} is not a subscription id: ${quoted(value)}`)
	return value
}

/** Returns the value if a resource group can have this name; else throws an Error that names the field. */
export function checkResourceGroup(value: string, field: string): string {
	if (!resourceGroup.test(value) || value.endsWith('.')) throw new Error(`${field} is not a resource group name: ${quoted(value)}`)
	return value
}

/** Returns the value if a virtual machine, Network Watcher or packet capture can have this name; else throws an Error that names the field. */
export function checkResourceName(value: string, field: string): string {
	if (!resourceName.test(value)) throw new Error(`${field} is not a resource name: ${quoted(value)}`)
	return value
}

/** Reads the id of a resource that stands directly in a resource group; throws an Error that names the field for anything else. */
export function parseArmId(id: string, field: string): ArmId {
	const [, subscription, group, type, name] = armId.exec(id) ?? []
	if (!subscription || !group || !type || !name || !resourceGroup.test(group) || group.endsWith('.') || !resourceName.test(name))
		throw new Error(`${field} is not an ARM id: ${quoted(id)}`)
	return { id, subscriptionId: subscription, resourceGroup: group, type, name }
}

function quoted(value: string): string {
	return value.length > quotedLengthMax ? `${value.slice(0, quotedLengthMax)}…` : value
}
