import type { PacketCapture, PacketCaptureFilter } from '@azure/arm-network'
import type { ArmId } from 'runhook'
import { isScaleSet } from './capture-input.ts'
import type { CaptureParameters } from './capture-parameters.ts'

/** One capture to make, wherever the wish for it came from. All values are checked. */
export type CaptureOrder = {
	subscriptionId: string
	watcherGroup: string
	watcherName: string
	captureName: string
	target: ArmId
	storageId: string | undefined
	/** Undefined leaves it to Azure. */
	timeLimitSeconds: number | undefined
	alertRule?: string
}

/** What Azure is asked for: only what was given, so that everything else is the service's own default. */
export function captureBody(
	{ target, storageId, timeLimitSeconds }: CaptureOrder,
	{ FilePath, BytesPerPacket, TotalBytes, Filters }: Pick<CaptureParameters, 'FilePath' | 'BytesPerPacket' | 'TotalBytes' | 'Filters'>,
): PacketCapture {
	return {
		target: target.id,
		...(isScaleSet(target) && { targetType: 'AzureVMSS' }),
		storageLocation: { ...(storageId && { storageId }), ...(FilePath && { filePath: FilePath }) },
		...(timeLimitSeconds && { timeLimitInSeconds: timeLimitSeconds }),
		...(BytesPerPacket !== undefined && { bytesToCapturePerPacket: BytesPerPacket }),
		...(TotalBytes !== undefined && { totalBytesPerSession: TotalBytes }),
		...(Filters && Filters.length > 0 && { filters: Filters as PacketCaptureFilter[] }),
	}
}
