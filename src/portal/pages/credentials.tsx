import { useState } from 'preact/hooks'
import type { Credential } from './answers.ts'
import { ask, pathOf } from './api.ts'
import { Field, Time } from './parts/basics.tsx'
import { DeleteButton } from './parts/delete-button.tsx'
import { Dialog } from './parts/dialog.tsx'
import { ListPage } from './parts/list-page.tsx'
import { Table } from './parts/table.tsx'
import { may } from './session.ts'

/** User names with their passwords, which go in and never out. */
export function CredentialsPage() {
	return (
		<ListPage<Credential>
			title="Credentials"
			path="/credentials"
			add={{ label: 'Add credential', action: 'credentials/write' }}
			dialog={(credential, close) => <CredentialDialog credential={credential} onClose={close} />}
		>
			{(credentials, onEdit, reload) => <CredentialTable credentials={credentials} onEdit={onEdit} onGone={reload} />}
		</ListPage>
	)
}

type Shown = { credentials: Credential[]; onEdit: (credential: Credential) => void; onGone: () => void }

function CredentialTable({ credentials, onEdit, onGone }: Shown) {
	return (
		<Table
			label="Credentials"
			columns={[
				{ title: 'Name', cell: ({ name }) => <strong>{name}</strong> },
				{ title: 'User name', cell: ({ properties: { userName } }) => userName },
				{ title: 'Description', cell: ({ properties: { description } }) => description ?? '-' },
				{ title: 'Last modified', isNarrowHidden: true, cell: ({ properties: { lastModifiedTime } }) => <Time of={lastModifiedTime} /> },
				{
					title: 'Actions',
					cell: (credential) => (
						<div class="actions">
							{may('credentials/write') && (
								<button type="button" class="link" onClick={() => onEdit(credential)} aria-label={`Edit ${credential.name}`}>
									Edit
								</button>
							)}
							{may('credentials/delete') && (
								<DeleteButton
									path={pathOf('credentials', credential.name)}
									name={credential.name}
									what="Runbooks that ask for it, or sign in with it, fail from now on."
									onGone={onGone}
								/>
							)}
						</div>
					),
				},
			]}
			rows={credentials}
			keyOf={({ name }) => name}
			empty="There are no credentials."
		/>
	)
}

function CredentialDialog({ credential, onClose }: { credential: Credential | undefined; onClose: () => void }) {
	const [name, setName] = useState(credential?.name ?? '')
	const [userName, setUserName] = useState(credential?.properties.userName ?? '')
	const [password, setPassword] = useState('')
	const save = async () => {
		const properties = { userName, ...(password === '' ? {} : { password }) }
		await ask(pathOf('credentials', name.trim()), { method: credential ? 'PATCH' : 'PUT', body: { properties } })
		onClose()
	}
	const isReady = name.trim() !== '' && userName !== '' && (credential !== undefined || password !== '')
	return (
		<Dialog
			title={credential ? `Edit ${credential.name}` : 'Add credential'}
			action="Save"
			isReady={isReady}
			onAct={save}
			onClose={onClose}
		>
			<Field label="Name" isMandatory>
				{(attributes) => (
					<input {...attributes} value={name} readOnly={credential !== undefined} onInput={(event) => setName(event.currentTarget.value)} />
				)}
			</Field>
			<Field label="User name" isMandatory>
				{(attributes) => (
					<input {...attributes} autocomplete="off" value={userName} onInput={(event) => setUserName(event.currentTarget.value)} />
				)}
			</Field>
			<Field
				label="Password"
				isMandatory={!credential}
				hint={credential ? 'Empty: it stays as it is. It is never shown.' : 'It is never shown again.'}
			>
				{(attributes) => (
					<input
						{...attributes}
						type="password"
						autocomplete="new-password"
						value={password}
						onInput={(event) => setPassword(event.currentTarget.value)}
					/>
				)}
			</Field>
		</Dialog>
	)
}
