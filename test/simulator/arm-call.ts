/** What a runner may ask of the simulated Azure; faults and the list of requests name it by these words. */
export const operationNames = [
	'token',
	'signIn',
	'list',
	'listAll',
	'get',
	'instanceView',
	'start',
	'deallocate',
	'powerOff',
	'restart',
	'listWatchers',
	'listAllWatchers',
	'getWatcher',
	'listCaptures',
	'getCapture',
	'createCapture',
	'getCaptureStatus',
	'stopCapture',
	'deleteCapture',
	'poll',
] as const
export type OperationName = (typeof operationNames)[number]

/** A request to the Azure Resource Manager, understood. Names stand as the caller wrote them; each call has those its path has. */
export type ArmCall = {
	operation: Exclude<OperationName, 'token' | 'signIn'>
	subscriptionId: string
	resourceGroup?: string
	vm?: string
	watcher?: string
	capture?: string
	operationId?: string
	/** `operations` for the status of an operation, `operationResults` for its result. */
	pollKind?: string
}

const subscription = '/subscriptions/(?<subscriptionId>[^/]+)'
const group = `${subscription}/resourceGroups/(?<resourceGroup>[^/]+)`
const machines = '/providers/Microsoft\\.Compute/virtualMachines'
const machine = `${group}${machines}/(?<vm>[^/]+)`
const watchers = '/providers/Microsoft\\.Network/networkWatchers'
const watcher = `${group}${watchers}/(?<watcher>[^/]+)`
const capture = `${watcher}/packetCaptures/(?<capture>[^/]+)`
const polls = '/providers/Microsoft\\.(?:Compute|Network)/locations/[^/]+/(?<pollKind>operations|operationResults)/(?<operationId>[^/]+)'

const routes = [
	route('listAll', 'GET', `${subscription}${machines}`),
	route('list', 'GET', `${group}${machines}`),
	route('get', 'GET', machine),
	route('instanceView', 'GET', `${machine}/instanceView`),
	route('start', 'POST', `${machine}/start`),
	route('deallocate', 'POST', `${machine}/deallocate`),
	route('powerOff', 'POST', `${machine}/powerOff`),
	route('restart', 'POST', `${machine}/restart`),
	route('listAllWatchers', 'GET', `${subscription}${watchers}`),
	route('listWatchers', 'GET', `${group}${watchers}`),
	route('getWatcher', 'GET', watcher),
	route('listCaptures', 'GET', `${watcher}/packetCaptures`),
	route('getCapture', 'GET', capture),
	route('createCapture', 'PUT', capture),
	route('getCaptureStatus', 'POST', `${capture}/queryStatus`),
	route('stopCapture', 'POST', `${capture}/stop`),
	route('deleteCapture', 'DELETE', capture),
	route('poll', 'GET', `${subscription}${polls}`),
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

/** The permission Azure asks for a call, as its refusal names it. */
export const permissions: Record<ArmCall['operation'], string> = {
	list: 'Microsoft.Compute/virtualMachines/read',
	listAll: 'Microsoft.Compute/virtualMachines/read',
	get: 'Microsoft.Compute/virtualMachines/read',
	instanceView: 'Microsoft.Compute/virtualMachines/instanceView/read',
	start: 'Microsoft.Compute/virtualMachines/start/action',
	deallocate: 'Microsoft.Compute/virtualMachines/deallocate/action',
	powerOff: 'Microsoft.Compute/virtualMachines/powerOff/action',
	restart: 'Microsoft.Compute/virtualMachines/restart/action',
	listWatchers: 'Microsoft.Network/networkWatchers/read',
	listAllWatchers: 'Microsoft.Network/networkWatchers/read',
	getWatcher: 'Microsoft.Network/networkWatchers/read',
	listCaptures: 'Microsoft.Network/networkWatchers/packetCaptures/read',
	getCapture: 'Microsoft.Network/networkWatchers/packetCaptures/read',
	createCapture: 'Microsoft.Network/networkWatchers/packetCaptures/write',
	getCaptureStatus: 'Microsoft.Network/networkWatchers/packetCaptures/queryStatus/action',
	stopCapture: 'Microsoft.Network/networkWatchers/packetCaptures/stop/action',
	deleteCapture: 'Microsoft.Network/networkWatchers/packetCaptures/delete',
	poll: 'Microsoft.Compute/locations/operations/read',
}

function route(operation: ArmCall['operation'], method: string, pattern: string) {
	return { operation, method, pattern: new RegExp(`^${pattern}/?$`, 'i') }
}

/** A name with a broken escape stands for itself: no resource has it. */
function decodeName(value: string): string {
	try {
		return decodeURIComponent(value)
	} catch {
		return value
	}
}
