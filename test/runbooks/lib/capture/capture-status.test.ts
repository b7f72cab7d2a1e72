import { deepEqual, equal, match } from 'node:assert/strict'
import fc from 'fast-check'
import { test } from 'uvu'
import { earlyEnd, failureText, judge } from '../../../../runbooks/lib/capture/capture-status.ts'
import { forAny } from '../../../support/properties.ts'

for (const [packetCaptureStatus, kind] of [
	['NotStarted', 'goOn'],
	['Running', 'goOn'],
	['Unknown', 'goOn'],
	[undefined, 'goOn'],
	['SomethingNew', 'goOn'],
	['Stopped', 'finished'],
	['Error', 'failed'],
] as const) {
	test(`the status ${packetCaptureStatus} means: ${kind}`, () => {
		equal(judge({ packetCaptureStatus }, 0).kind, kind)
	})
}

test('for any row of looks there is one warning for each time that five running say nothing', () => {
	forAny(fc.array(fc.constantFrom('Running', 'Unknown', undefined), { maxLength: 40 }), (statuses) => {
		let unknownCount = 0
		let warnings = 0
		for (const packetCaptureStatus of statuses) {
			const verdict = judge({ packetCaptureStatus }, unknownCount)
			unknownCount = verdict.unknownCount
			if (verdict.warns) warnings += 1
		}
		const rows = statuses
			.map((status) => (status === 'Running' ? 'R' : 'U'))
			.join('')
			.split('R')
		equal(warnings, rows.filter((row) => row.length >= 5).length)
	})
})

test('each error of a capture has its words', () => {
	const text = (...errors: string[]) => failureText('pc', errors)
	equal(text('InternalError'), "Packet capture 'pc' failed: internal error of the agent")
	equal(text('CaptureFailed', 'Odd'), "Packet capture 'pc' failed: the capture driver failed; Odd")
	match(text('LocalFileFailed'), /the local file could not be written \(Linux paths must start with \/var\/captures\)$/)
	match(text('AgentStopped'), /failed: the Network Watcher agent stopped on the VM\. The VM needs outbound TCP to the storage account:443/)
	match(text('StorageFailed'), /its firewall open\? The VM needs outbound TCP .* premium storage and AKS nodes are not supported\.$/)
	equal(text(), "Packet capture 'pc' failed: Azure gives no reason")
})

test('a capture that ended early is warned of unless its end was wanted', () => {
	const terms = { elapsedSeconds: 10, timeLimitSeconds: 60, totalBytes: 1000 }
	deepEqual([earlyEnd('TimeExceeded', terms), earlyEnd('Manual', terms)], [undefined, undefined])
	equal(earlyEnd('-', terms), 'The capture ended early (-): probably totalBytesPerSession (1000 bytes) was reached.')
	match(earlyEnd(null, terms) ?? '', /ended early \(no reason given\)/)
	equal(earlyEnd('-', { ...terms, elapsedSeconds: 60 }), undefined)
})

test.run()
