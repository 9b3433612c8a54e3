// The program of a stage host: serves stages with the product's engines to the agent that forked it.
import { builtinEngines } from '../engines/catalog.ts';
import { serveStages } from './serve-stages.ts';

serveStages(builtinEngines);
