// The request for one capture, as Microsoft's page on packet captures has its class WebhookInputParameters. Reads only; nothing here asks Azure.
import { type ArmId, checkResourceGroup, checkResourceName, checkSubscriptionId, parseArmId } from 'runhook'

export const inputFields = [
	'subscriptionId',
	'networkWatcherResourceGroup',
	'networkWatcherName',
	'packetCaptureName',
	'storageID',
	'timeLimit',
	'targetVM',
] as const
type Field = (typeof inputFields)[number]

/** A request with all values checked. */
export type CaptureInput = {
	subscriptionId: string
	networkWatcherResourceGroup: string
	networkWatcherName: string
	packetCaptureName: string
	storageID: string | undefined
	/** Seconds; undefined leaves it to Azure. */
	timeLimit: number | undefined
	targetVM: ArmId
}

/** Longest capture that Azure makes, seconds; also the length of one without a limit of its own. */
export const timeLimitMax = 18_000

/** A request that cannot be read: its message names the fields, `faults` say what is wrong with those that were given. */
export class InputError extends Error {
	override name = 'InputError'
	readonly faults: string[]

	constructor(fields: Field[], faults: string[]) {
		// Nothing is incomplete about a time that is too long.
		const isTimeAlone = fields.length === 1 && fields[0] === 'timeLimit'
		super(isTimeAlone ? faults[0]! : `Input is incomplete: ${fields.join(', ')}`)
		this.faults = isTimeAlone ? [] : faults
	}
}

/**
 * Reads a request; field names match without regard to case. Throws one InputError for all that is missing or cannot be.
 * `storageOptional`: a capture into a file on the machine needs no storage account.
 */
export function readCaptureInput(body: unknown, { storageOptional }: { storageOptional: boolean }): CaptureInput {
	const given = new Map(Object.entries(typeof body === 'object' && body ? body : {}).map(([name, value]) => [name.toLowerCase(), value]))
	const faulty: Field[] = []
	const faults: string[] = []
	const read = <Value>(field: Field, check: (text: string) => Value): Value | undefined => {
		const value: unknown = given.get(field.toLowerCase()) ?? ''
		try {
			if (typeof value === 'string' && value !== '') return check(value)
			if (value !== '') faults.push(`${field} is no text but ${shown(value)}`)
		} catch (error) {
			faults.push((error as Error).message)
		}
		faulty.push(field)
		return undefined
	}
	const subscriptionId = read('subscriptionId', (text) => checkSubscriptionId(text, 'subscriptionId'))
	const networkWatcherResourceGroup = read('networkWatcherResourceGroup', (text) => checkResourceGroup(text, 'networkWatcherResourceGroup'))
	const networkWatcherName = read('networkWatcherName', (text) => checkResourceName(text, 'networkWatcherName'))
	const packetCaptureName = read('packetCaptureName', (text) => checkResourceName(text, 'packetCaptureName'))
	const hasStorage = (given.get('storageid') ?? '') !== ''
	const storageID = storageOptional && !hasStorage ? undefined : read('storageID', (text) => checkStorageId(text, 'storageID'))
	const timeLimit = readTimeLimit(given.get('timelimit'))
	if (typeof timeLimit === 'string') {
		faulty.push('timeLimit')
		faults.push(timeLimit)
	}
	const targetVM = read('targetVM', (text) => parseTarget(text, 'targetVM'))
	if (faulty.length > 0) throw new InputError(faulty, faults)
	return {
		...{
			subscriptionId: subscriptionId!,
			networkWatcherResourceGroup: networkWatcherResourceGroup!,
			networkWatcherName: networkWatcherName!,
		},
		...{ packetCaptureName: packetCaptureName!, storageID, timeLimit: timeLimit as number | undefined, targetVM: targetVM! },
	}
}

/** Seconds as a number or in digits; nothing and 0 are no limit of one's own. A text says what is wrong. */
export function readTimeLimit(value: unknown): number | undefined | string {
	if (value === undefined || value === null || value === '') return undefined
	const seconds = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
	if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0 && seconds <= timeLimitMax) return seconds || undefined
	return `timeLimit must be between 0 and ${timeLimitMax} seconds: ${shown(value)}`
}

/** A value that was refused. Of lists and objects only the type: written as JSON they may be nested too deeply. */
function shown(value: unknown): string {
	if (Array.isArray(value)) return 'a list'
	return typeof value === 'object' ? 'an object' : String(value).slice(0, 80)
}

/** Returns the id if it is that of a storage account; else throws an Error that names the field. */
export function checkStorageId(id: string, field: string): string {
	if (parseArmId(id, field).type.toLowerCase() !== 'microsoft.storage/storageaccounts')
		throw new Error(`${field} is not the id of a storage account: ${id}`)
	return id
}

/** Whether the target is a scale set rather than one machine. */
export function isScaleSet({ type }: ArmId): boolean {
	return type.toLowerCase() === 'microsoft.compute/virtualmachinescalesets'
}

function parseTarget(id: string, field: string): ArmId {
	const target = parseArmId(id, field)
	if (target.type.toLowerCase() !== 'microsoft.compute/virtualmachines' && !isScaleSet(target))
		throw new Error(`${field} is not the id of a virtual machine: ${id}`)
	return target
}

/** The line that a job begins with, in the words of Microsoft's page. */
export function describeInput(input: CaptureInput): string {
	const shown = { ...input, storageID: input.storageID ?? '', timeLimit: input.timeLimit ?? 0, targetVM: input.targetVM.id }
	return inputFields.map((field) => `${field}: ${shown[field]}`).join(' ')
}
