import { useState } from 'preact/hooks'
import type { Variable } from './answers.ts'
import { ask, pathOf } from './api.ts'
import { Field, Time } from './parts/basics.tsx'
import { DeleteButton } from './parts/delete-button.tsx'
import { Dialog } from './parts/dialog.tsx'
import { ListPage } from './parts/list-page.tsx'
import { Table } from './parts/table.tsx'
import { may } from './session.ts'

/** Values that runbooks share. Those that are encrypted go in and never out. */
export function VariablesPage() {
	return (
		<ListPage<Variable>
			title="Variables"
			path="/variables"
			add={{ label: 'Add variable', action: 'variables/write' }}
			dialog={(variable, close) => <VariableDialog variable={variable} onClose={close} />}
		>
			{(variables, onEdit, reload) => <VariableTable variables={variables} onEdit={onEdit} onGone={reload} />}
		</ListPage>
	)
}

type Shown = { variables: Variable[]; onEdit: (variable: Variable) => void; onGone: () => void }

function VariableTable({ variables, onEdit, onGone }: Shown) {
	return (
		<Table
			label="Variables"
			columns={[
				{ title: 'Name', cell: ({ name }) => <strong>{name}</strong> },
				{
					title: 'Value',
					cell: ({ properties: { isEncrypted, value } }) =>
						isEncrypted ? <span class="weak">Encrypted</span> : <pre class="value">{value}</pre>,
				},
				{ title: 'Description', cell: ({ properties: { description } }) => description ?? '-' },
				{
					title: 'Last modified',
					isNarrowHidden: true,
					cell: ({ properties: { lastModifiedTime } }) => <Time of={lastModifiedTime} />,
				},
				{
					title: 'Actions',
					cell: (variable) => <VariableActions variable={variable} onEdit={() => onEdit(variable)} onGone={onGone} />,
				},
			]}
			rows={variables}
			keyOf={({ name }) => name}
			empty="There are no variables."
		/>
	)
}

function VariableActions({ variable: { name }, onEdit, onGone }: { variable: Variable; onEdit: () => void; onGone: () => void }) {
	return (
		<div class="actions">
			{may('variables/write') && (
				<button type="button" class="link" onClick={onEdit} aria-label={`Edit ${name}`}>
					Edit
				</button>
			)}
			{may('variables/delete') && (
				<DeleteButton path={pathOf('variables', name)} name={name} what="Runbooks that ask for it fail from now on." onGone={onGone} />
			)}
		</div>
	)
}

/** What is no JSON is taken for a text: nobody writes quotation marks around a text. */
function jsonOf(text: string): string {
	try {
		JSON.parse(text)
		return text
	} catch {
		return JSON.stringify(text)
	}
}

function VariableDialog({ variable, onClose }: { variable: Variable | undefined; onClose: () => void }) {
	const [name, setName] = useState(variable?.name ?? '')
	const [text, setText] = useState(variable?.properties.value ?? '')
	const [isEncrypted, setEncrypted] = useState(variable?.properties.isEncrypted ?? false)
	const [description, setDescription] = useState(variable?.properties.description ?? '')
	const save = async () => {
		const properties = {
			description: description || null,
			...(text === '' ? {} : { value: jsonOf(text) }),
			...(variable ? {} : { isEncrypted }),
		}
		await ask(pathOf('variables', name.trim()), { method: 'PUT', body: { properties } })
		onClose()
	}
	const hint = variable && isEncrypted ? 'Empty: the value stays as it is. It is never shown.' : 'A text, or JSON.'
	return (
		<Dialog
			title={variable ? `Edit ${variable.name}` : 'Add variable'}
			action="Save"
			isReady={name.trim() !== '' && (variable !== undefined || text !== '')}
			onAct={save}
			onClose={onClose}
		>
			<Field label="Name" isMandatory>
				{(attributes) => (
					<input {...attributes} value={name} readOnly={variable !== undefined} onInput={(event) => setName(event.currentTarget.value)} />
				)}
			</Field>
			<Field label="Value" isMandatory={!variable} hint={hint}>
				{(attributes) =>
					isEncrypted ? (
						<input
							{...attributes}
							type="password"
							autocomplete="off"
							value={text}
							onInput={(event) => setText(event.currentTarget.value)}
						/>
					) : (
						<textarea {...attributes} rows={3} value={text} onInput={(event) => setText(event.currentTarget.value)} />
					)
				}
			</Field>
			{!variable && (
				<label class="inline">
					<input type="checkbox" checked={isEncrypted} onChange={(event) => setEncrypted(event.currentTarget.checked)} />
					Encrypted: the value is never shown again
				</label>
			)}
			<Field label="Description">
				{(attributes) => <input {...attributes} value={description} onInput={(event) => setDescription(event.currentTarget.value)} />}
			</Field>
		</Dialog>
	)
}
