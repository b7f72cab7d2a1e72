// What the status of a capture means for the job that follows it. Pure.

/** What Azure says of a capture when it is asked for the status; every member may be missing. */
export type CaptureLook = {
	packetCaptureStatus?: string | undefined
	stopReason?: string | undefined
	packetCaptureError?: string[] | undefined
	captureStartTime?: Date | undefined
}

export type Verdict = { kind: 'goOn' | 'finished' | 'failed'; unknownCount: number; warns: boolean }

const unknownCountMax = 5

/** Judges one look at a capture; `unknownCount` is how many looks running said nothing before it. */
export function judge({ packetCaptureStatus: status }: CaptureLook, unknownCount: number): Verdict {
	if (status === 'Stopped') return { kind: 'finished', unknownCount: 0, warns: false }
	if (status === 'Error') return { kind: 'failed', unknownCount: 0, warns: false }
	if (status === 'NotStarted' || status === 'Running') return { kind: 'goOn', unknownCount: 0, warns: false }
	return { kind: 'goOn', unknownCount: unknownCount + 1, warns: unknownCount + 1 === unknownCountMax }
}

/** When a capture began, in milliseconds; undefined where that is not known: Azure may tell any instant for one that did not begin. */
export function beganTime({ packetCaptureStatus: status, captureStartTime }: CaptureLook): number | undefined {
	return status === 'Running' || status === 'Stopped' || status === 'Error' ? captureStartTime?.getTime() : undefined
}

type Placed = { storageLocation?: { storagePath?: string | undefined; filePath?: string | undefined } | undefined }

/** Whether two readings of a capture have it write to the same place. Where Azure chooses the path, it is another one for each capture. */
export function isSamePlace({ storageLocation: one }: Placed, { storageLocation: other }: Placed): boolean {
	return (one?.storagePath || '') === (other?.storagePath || '') && (one?.filePath || '') === (other?.filePath || '')
}

const errorTexts: Record<string, string> = {
	InternalError: 'internal error of the agent',
	AgentStopped: 'the Network Watcher agent stopped on the VM',
	CaptureFailed: 'the capture driver failed',
	LocalFileFailed: 'the local file could not be written (Linux paths must start with /var/captures)',
	StorageFailed:
		'the storage account could not be written: is it a Standard account, reachable from the VM on port 443, its firewall open?',
}

const networkHelp =
	'The VM needs outbound TCP to the storage account:443, 169.254.169.254:80 and 168.63.129.16:8037; premium storage and AKS nodes are not supported.'

/** What went wrong with a capture that ended in an error, for people. */
export function failureText(captureName: string, errors: string[]): string {
	const texts = errors.map((error) => errorTexts[error] ?? error).join('; ') || 'Azure gives no reason'
	const help = errors.some((error) => error === 'StorageFailed' || error === 'AgentStopped')
		? `${/[.?]$/.test(texts) ? '' : '.'} ${networkHelp}`
		: ''
	return `Packet capture '${captureName}' failed: ${texts}${help}`
}

/** The warning about a capture that ended before its time; undefined where it did not. `totalBytes` is its size limit. */
export function earlyEnd(
	stopReason: string | null,
	{ elapsedSeconds, timeLimitSeconds, totalBytes }: { elapsedSeconds: number; timeLimitSeconds: number; totalBytes: number },
): string | undefined {
	if (stopReason === 'TimeExceeded' || stopReason === 'Manual' || elapsedSeconds >= timeLimitSeconds) return undefined
	return `The capture ended early (${stopReason ?? 'no reason given'}): probably totalBytesPerSession (${totalBytes} bytes) was reached.`
}
