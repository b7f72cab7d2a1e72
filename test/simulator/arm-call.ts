/** What a runner may ask of the simulated Azure; faults and the list of requests name it by these words. */
export const operationNames = [
	'token',
	'list',
	'listAll',
	'get',
	'instanceView',
	'start',
	'deallocate',
	'powerOff',
	'restart',
	'poll',
] as const
export type OperationName = (typeof operationNames)[number]

/** A request to the Azure Resource Manager, understood. Names stand as the caller wrote them; each call has those its path has. */
export type ArmCall = {
	operation: Exclude<OperationName, 'token'>
	subscriptionId: string
	resourceGroup?: string
	vm?: string
	operationId?: string
}

const subscription = '/subscriptions/(?<subscriptionId>[^/]+)'
const compute = '/providers/Microsoft\\.Compute'
const machinesOfGroup = `${subscription}/resourceGroups/(?<resourceGroup>[^/]+)${compute}/virtualMachines`
const machine = `${machinesOfGroup}/(?<vm>[^/]+)`

const routes = [
	route('listAll', 'GET', `${subscription}${compute}/virtualMachines`),
	route('list', 'GET', machinesOfGroup),
	route('get', 'GET', machine),
	route('instanceView', 'GET', `${machine}/instanceView`),
	route('start', 'POST', `${machine}/start`),
	route('deallocate', 'POST', `${machine}/deallocate`),
	route('powerOff', 'POST', `${machine}/powerOff`),
	route('restart', 'POST', `${machine}/restart`),
	route('poll', 'GET', `${subscription}${compute}/locations/[^/]+/operations/(?<operationId>[^/]+)`),
]

/** Which call this is, or undefined. Azure tells neither groups, providers nor names apart by case. */
export function readArmCall(method: string, path: string): ArmCall | undefined {
	for (const { operation, method: expected, pattern } of routes) {
		const names = method === expected ? pattern.exec(path)?.groups : undefined
		if (!names) continue
		const decoded = Object.entries(names).map(([name, value]) => [name, decodeName(value)])
		return { operation, subscriptionId: '', ...Object.fromEntries(decoded) }
	}
	return undefined
}

function route(operation: ArmCall['operation'], method: string, pattern: string) {
	return { operation, method, pattern: new RegExp(`^${pattern}/?$`, 'i') }
}

/** A name with a broken escape stands for itself: no machine has it. */
function decodeName(value: string): string {
	try {
		return decodeURIComponent(value)
	} catch {
		return value
	}
}
