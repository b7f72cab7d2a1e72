import { useState } from 'preact/hooks'
import type { AccessToken } from './answers.ts'
import { ask, pathOf } from './api.ts'
import { CopyField, Field, Status, Time } from './parts/basics.tsx'
import { DeleteButton } from './parts/delete-button.tsx'
import { Dialog } from './parts/dialog.tsx'
import { expiringState } from './parts/expiring-state.ts'
import { ExpiryField, readExpiry } from './parts/expiry-field.tsx'
import { ListPage } from './parts/list-page.tsx'
import { tellOf } from './parts/notice.tsx'
import { Table } from './parts/table.tsx'
import { may, now } from './session.ts'

const roles: [string, string][] = [
	['Reader', 'sees everything but secrets'],
	['Runbook Operator', 'sees runbooks'],
	['Job Operator', 'starts, stops and follows jobs'],
	['Operator', 'both, and schedules'],
	['Contributor', 'everything but access tokens'],
]

/** Who else may come in, as what, and until when. */
export function AccessTokensPage() {
	return (
		<ListPage<AccessToken>
			title="Access tokens"
			path="/accessTokens"
			every={30_000}
			add={{ label: 'Add access token', action: 'accessTokens/write' }}
			dialog={(_token, close) => <CreateTokenDialog onClose={close} />}
		>
			{(tokens, _onEdit, reload) => <TokenTable tokens={tokens} onChange={reload} />}
		</ListPage>
	)
}

function TokenTable({ tokens, onChange }: { tokens: AccessToken[]; onChange: () => void }) {
	return (
		<Table
			label="Access tokens"
			columns={[
				{ title: 'Name', cell: ({ name }) => <strong>{name}</strong> },
				{ title: 'Status', cell: (token) => <Status of={expiringState(token)} /> },
				{ title: 'Role', cell: ({ properties: { role } }) => role },
				{ title: 'Expires', cell: ({ properties: { expiryTime } }) => <Time of={expiryTime} /> },
				{ title: 'Last used', cell: ({ properties: { lastUsedTime } }) => <Time of={lastUsedTime} none="Never" /> },
				{ title: 'Created by', isNarrowHidden: true, cell: ({ properties: { createdBy } }) => createdBy },
				{ title: 'Actions', cell: (token) => <TokenActions token={token} onChange={onChange} /> },
			]}
			rows={tokens}
			keyOf={({ name }) => name}
			empty="There are no access tokens: only the management token lets in."
		/>
	)
}

function TokenActions({ token: { name, properties }, onChange }: { token: AccessToken; onChange: () => void }) {
	const { isEnabled } = properties
	const toggle = async () => {
		const body = { properties: { isEnabled: !isEnabled } }
		const done = isEnabled ? 'It lets nobody in any more.' : 'It lets in again.'
		await tellOf(done, () => ask(pathOf('accessTokens', name), { method: 'PATCH', body }))
		onChange()
	}
	return (
		<div class="actions">
			{may('accessTokens/write') && (
				<button type="button" class="link" onClick={toggle} aria-label={`${isEnabled ? 'Disable' : 'Enable'} ${name}`}>
					{isEnabled ? 'Disable' : 'Enable'}
				</button>
			)}
			{may('accessTokens/delete') && (
				<DeleteButton
					path={pathOf('accessTokens', name)}
					name={name}
					what="Whoever uses it is refused from now on, and signed out of the portal."
					onGone={onChange}
				/>
			)}
		</div>
	)
}

function CreateTokenDialog({ onClose }: { onClose: () => void }) {
	const [name, setName] = useState('')
	const [role, setRole] = useState('Job Operator')
	const [expiry, setExpiry] = useState(() => new Date(now() + 90 * 86_400_000).toISOString().slice(0, 10))
	const [token, setToken] = useState<string>()
	if (token !== undefined)
		return (
			<Dialog title="The access token is created" onClose={onClose}>
				<p class="message warning">Copy the token now: it is shown this once.</p>
				<CopyField label="Token" text={token} />
			</Dialog>
		)
	const create = async () => {
		const body = { properties: { role, expiryTime: readExpiry(expiry) } }
		const made = await ask<AccessToken>(pathOf('accessTokens', name.trim()), { method: 'PUT', body })
		setToken(made.properties.token)
	}
	const isReady = name.trim() !== '' && readExpiry(expiry) !== undefined
	return (
		<Dialog title="Add access token" action="Create" isReady={isReady} onAct={create} onClose={onClose}>
			<Field label="Name" isMandatory hint="Who or what it is for.">
				{(attributes) => <input {...attributes} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
			</Field>
			<Field label="Role" hint={roles.find(([each]) => each === role)?.[1]}>
				{(attributes) => (
					<select {...attributes} value={role} onChange={(event) => setRole(event.currentTarget.value)}>
						{roles.map(([each]) => (
							<option key={each}>{each}</option>
						))}
					</select>
				)}
			</Field>
			<ExpiryField value={expiry} onChange={setExpiry} />
		</Dialog>
	)
}
