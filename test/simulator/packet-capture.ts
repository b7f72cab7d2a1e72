import type { CaptureParameters } from './capture-parameters.ts'
import type { NetworkWatcher } from './network-watcher.ts'

export const captureStatuses = ['NotStarted', 'Running', 'Stopped', 'Error', 'Unknown'] as const
export const provisioningStates = ['Updating', 'Succeeded', 'Failed', 'Deleting'] as const
/** `absent` is a status that queryStatus leaves out. */
export type CaptureStatus = (typeof captureStatuses)[number] | 'absent'

/**
 * How a capture goes on once it was made:
 * - `limit`: it runs until its time limit or its size limit
 * - `full`: it ends early, with this stopReason
 * - `error`: it ends with these errors
 * - `hang`: it says this for ever, until somebody stops it
 * - `vanish`: it runs and is gone
 */
export type CaptureCourse =
	| { kind: 'limit' }
	| { kind: 'full'; stopReason: string }
	| { kind: 'error'; errors: string[] }
	| { kind: 'hang'; status: CaptureStatus }
	| { kind: 'vanish' }

/**
 * How long a capture runs: its time limit by the clock, times `timeScale`; or for so many looks at its status without any waiting.
 * The first look sees it not started, that many see it running, the next finds it ended.
 */
export type CaptureLength = { timeScale: number } | { polls: number }

/** Instants are milliseconds since 1970. `readyTime` is when its creation succeeded. */
export type PacketCapture = {
	readonly name: string
	readonly watcher: NetworkWatcher
	readonly parameters: CaptureParameters
	readonly etag: string
	readonly acceptTime: number
	readyTime?: number
	provisioningState: (typeof provisioningStates)[number]
	course: CaptureCourse
	status: CaptureStatus
	stopReason?: string
	errors: string[]
	lookCount: number
}

/** Real captures need some seconds before they run. */
const startSeconds = 5
/** The simulated traffic of every machine; a capture of the service's default size lasts longer than the longest time limit. */
const trafficBytesPerSecond = 10_000

export function hasEnded({ status }: PacketCapture): boolean {
	return status === 'Stopped' || status === 'Error'
}

/** What becomes of a capture by this instant; undefined where nothing does. `gone` means that it is no longer there. */
export function advance(capture: PacketCapture, length: CaptureLength, now: number): Partial<PacketCapture> | 'gone' | undefined {
	if (hasEnded(capture) || capture.provisioningState !== 'Succeeded') return undefined
	const { course } = capture
	const phase = phaseOf(capture, length, now)
	if (phase === 'NotStarted') return undefined
	if (course.kind === 'hang') return { status: course.status }
	if (phase === 'Running') return { status: 'Running' }
	switch (course.kind) {
		case 'vanish':
			return 'gone'
		case 'error':
			return { status: 'Error', errors: course.errors }
		case 'full':
			return { status: 'Stopped', stopReason: course.stopReason }
		case 'limit':
			// The service's word for a full capture is not documented; people saw a bare hyphen.
			return { status: 'Stopped', stopReason: secondsToFill(capture) < capture.parameters.timeLimitInSeconds ? '-' : 'TimeExceeded' }
	}
}

function phaseOf(capture: PacketCapture, length: CaptureLength, now: number): 'NotStarted' | 'Running' | 'over' {
	const { readyTime = now, lookCount, parameters } = capture
	if ('polls' in length) {
		if (lookCount <= 1) return 'NotStarted'
		return lookCount <= length.polls + 1 ? 'Running' : 'over'
	}
	const runSeconds = Math.min(parameters.timeLimitInSeconds, secondsToFill(capture))
	const due = (seconds: number) => now >= readyTime + seconds * 1000 * length.timeScale
	if (!due(startSeconds)) return 'NotStarted'
	return due(startSeconds + runSeconds) ? 'over' : 'Running'
}

function secondsToFill({ parameters }: PacketCapture): number {
	return parameters.totalBytesPerSession / trafficBytesPerSecond
}
