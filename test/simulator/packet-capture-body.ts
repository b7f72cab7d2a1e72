import { watcherId } from './network-watcher.ts'
import type { PacketCapture } from './packet-capture.ts'

function captureId({ watcher, name }: PacketCapture): string {
	return `${watcherId(watcher)}/packetCaptures/${name}`
}

/** The resource as create, get and list give it; how the capture itself stands is only told by queryStatus. */
export function captureBody(capture: PacketCapture) {
	const { name, etag, provisioningState, parameters } = capture
	return {
		name,
		id: captureId(capture),
		etag: `W/"${etag}"`,
		type: 'Microsoft.Network/networkWatchers/packetCaptures',
		properties: { provisioningState, ...parameters },
	}
}

/** The answer of queryStatus. */
export function captureStatusBody(capture: PacketCapture) {
	const { name, acceptTime, status, stopReason, errors } = capture
	return {
		name,
		id: captureId(capture),
		// Seven digits, as the service writes its instants.
		captureStartTime: new Date(acceptTime).toISOString().replace('Z', '0000Z'),
		...(status !== 'absent' && { packetCaptureStatus: status }),
		...(stopReason !== undefined && { stopReason }),
		packetCaptureError: errors,
	}
}
