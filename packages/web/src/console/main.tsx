/** @module The console, from its address on. */

import './style.css'
import { createRoot } from 'react-dom/client'
import { applyTheme } from '../theme.ts'
import { Console } from './console.tsx'
import { takeLink } from './place.ts'

applyTheme()
const root = document.querySelector('#page')
if (root === null) throw new Error('The document has no #page.')
createRoot(root).render(<Console link={takeLink()} />)
