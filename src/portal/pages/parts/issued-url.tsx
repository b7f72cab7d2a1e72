import type { Webhook } from '../answers.ts'
import { timeText } from '../words.ts'
import { CopyField } from './basics.tsx'
import { Dialog } from './dialog.tsx'

/** The commands that call an address, for where it is going to be called from. */
function commandsFor(url: string): [string, string][] {
	return [
		['curl', `curl -sS -H 'Content-Type: application/json' -d '{"name":"Ada"}' '${url}'`],
		['PowerShell', `Invoke-RestMethod -Method Post -Uri '${url}' -ContentType 'application/json' -Body '{"name":"Ada"}'`],
		[
			'GitHub Actions',
			[
				'# with the URL as the secret RUNHOOK_URL of the repository',
				'- run: curl -sS --fail-with-body -H "Content-Type: application/json" -d "$GITHUB_CONTEXT" "$RUNHOOK_URL"',
				'  env:',
				`    RUNHOOK_URL: \${{ secrets.RUNHOOK_URL }}`,
				`    GITHUB_CONTEXT: \${{ toJSON(github.event) }}`,
			].join('\n'),
		],
	]
}

/** An address that was issued now: it is kept nowhere and cannot be shown again. */
export function IssuedUrl({ webhook, title, onClose }: { webhook: Webhook; title: string; onClose: () => void }) {
	const { uri, overlapEndTime } = webhook.properties
	return (
		<Dialog title={title} onClose={onClose} isWide>
			<p class="message warning">Copy the URL now: it is shown this once. Whoever has it can start the runbook.</p>
			<CopyField label="URL" text={uri} />
			{overlapEndTime !== undefined && <p>The URL before it works until {timeText(overlapEndTime)}.</p>}
			{commandsFor(uri).map(([name, text]) => (
				<CopyField key={name} label={name} text={text} isLong />
			))}
		</Dialog>
	)
}
