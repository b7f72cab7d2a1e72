// What is told of a capture. Pure.
import type { PacketCaptureResult } from '@azure/arm-network'
import { timeLimitMax } from './capture-input.ts'
import type { CaptureOrder } from './capture-order.ts'
import { type CaptureLook, earlyEnd } from './capture-status.ts'

/** How a capture ended. */
export type CaptureEnd = { look: CaptureLook; timedOut: boolean; elapsedSeconds: number }

/** The last output about a capture. */
export type CaptureReport = {
	name: string
	id: string
	targetVM: string
	storagePath: string | null
	filePath: string | null
	status: string
	stopReason: string | null
	errors: string[]
	captureStartTime: string | null
	elapsedSeconds: number
	timedOut: boolean
	alertRule?: string
}

/** Azure's size limit for a capture that was given none, bytes. */
const totalBytesDefault = 1_073_741_824

/** The sentence of Microsoft's page, where there is a storage account. */
export function creationText({ storageLocation }: PacketCaptureResult): string {
	const { storagePath, filePath } = storageLocation ?? {}
	return `Packet Capture successfully created and will ${storagePath ? `upload to StoragePath: ${storagePath}` : `write to ${filePath} on the VM`}`
}

/** What is worth a warning about the end of a capture; undefined where nothing is. */
export function endWarning(
	{ timeLimitSeconds = timeLimitMax }: CaptureOrder,
	made: PacketCaptureResult,
	end: CaptureEnd,
): string | undefined {
	if (end.timedOut) return undefined
	const { elapsedSeconds } = end
	const totalBytes = made.totalBytesPerSession ?? totalBytesDefault
	return earlyEnd(end.look.stopReason || null, { elapsedSeconds, timeLimitSeconds, totalBytes })
}

/** Sums up a capture; without an end it has only begun. */
export function reportOf(order: CaptureOrder, made: PacketCaptureResult, end?: CaptureEnd): CaptureReport {
	return {
		name: made.name ?? order.captureName,
		id: made.id ?? '',
		targetVM: made.target ?? order.target.id,
		storagePath: made.storageLocation?.storagePath || null,
		filePath: made.storageLocation?.filePath || null,
		status: end ? (end.look.packetCaptureStatus ?? 'Unknown') : 'Started',
		stopReason: end?.look.stopReason || null,
		errors: end?.look.packetCaptureError ?? [],
		captureStartTime: end?.look.captureStartTime?.toISOString() ?? null,
		elapsedSeconds: Math.round(end?.elapsedSeconds ?? 0),
		timedOut: end?.timedOut ?? false,
		...(order.alertRule !== undefined && { alertRule: order.alertRule }),
	}
}
