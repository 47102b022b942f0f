import { ArgumentFrame } from './argumentFrame.ts';
import { WasmindError } from './error.ts';
import type { GuestMemory } from './guestMemory.ts';
import { GuestTensor } from './guestTensor.ts';
import type { NamedArguments, OperatorCall } from './operatorCall.ts';

/** A call whose arguments stay in place; made by `OperatorLibrary.prepare`. */
export class PreparedCall {
  private readonly memory: GuestMemory;
  private readonly call: OperatorCall;
  private readonly frame: ArgumentFrame;
  private readonly argumentCount: number;
  private readonly tensors: readonly GuestTensor[];
  private isFreed = false;

  /** @internal */
  constructor(
    memory: GuestMemory, call: OperatorCall, args: readonly unknown[], count: number, named: NamedArguments | undefined) {
    const { name, outputs } = call.operator, out = named?.out;
    if (out === undefined && outputs.length > 0)
      throw new WasmindError('InvalidArgument', `${name}: a prepared call needs its outputs given as out`);
    this.memory = memory;
    this.call = call;
    this.argumentCount = call.argumentCount(count, out);
    this.tensors = [...args.slice(0, count), ...(Array.isArray(out) ? out : [out])].filter(each => each instanceof GuestTensor);
    this.frame = new ArgumentFrame(memory, this.argumentCount, name);
    try {
      call.place(this.frame, undefined, args, count, named);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** Calls the operator; allocates nothing. Errors as `OperatorLibrary.call`. */
  run(): void {
    for (let i = 0; i < this.tensors.length; i++)
      if (this.tensors[i].addressIn(this.memory) === 0) throw this.unusable('a tensor of it');
    if (this.isFreed) throw this.unusable('it');
    this.call.invoke(this.frame, this.argumentCount);
  }

  /** Gives the memory of the arguments back, not that of the tensors. */
  free(): void {
    if (!this.isFreed) this.frame.free();
    this.isFreed = true;
  }

  private unusable(what: string): WasmindError {
    return new WasmindError('InvalidArgument', `${this.call.operator.name}: the prepared call cannot run: ${what} was freed`);
  }
}
