;; An operator library by hand, for the tests of hosts: an allocator, operators that are simple and honest, and one that
;; breaks the contract in the ways of its attribute `kind`. Operators trust their callers to give tensors inside the
;; memory, which the ones of runtime/guest do not.
;;
;; Memory: 64.. texts, 1024.. lists of free blocks by class, 4096.. heap.
(module
  (memory (export "memory") 2)
  (global $error (mut i32) (i32.const 64))
  (global $heap (mut i32) (i32.const 4096))
  (global $isForged (mut i32) (i32.const 0))
  (data (i32.const 128) "TypeError: Add: takes two tensors of the same element type\00")
  (data (i32.const 256) "ValueError: Add: the shapes of 'a' and 'b' differ\00")
  (data (i32.const 384) "MemoryError: no memory\00")
  (data (i32.const 448) "TypeError: expects a tensor for argument 2\00")
  (data (i32.const 512) "ValueError: Scale: 'x' is not f32\00")

  (func $wasmind_abi_version (export "wasmind_abi_version") (result i32) (i32.const 1))
  (func $wasmind_error (export "wasmind_error") (result i32) (global.get $error))
  (func $fail (param $text i32) (result i32) (global.set $error (local.get $text)) (i32.const -1))

  ;; --- memory: blocks of a power of two of bytes, 64 of which in front hold the class -------------------------------

  (func $wasmind_allocate (export "wasmind_allocate") (param $byteLength i32) (result i32)
    (local $class i32) (local $block i32) (local $list i32) (local $end i32)
    (if (global.get $isForged) (then (return (i32.const 0xffffffc0))))
    (if (i32.gt_u (local.get $byteLength) (i32.const 0x7fffff00)) (then (return (i32.const 0))))
    (local.set $class (i32.sub (i32.const 32) (i32.clz (i32.or (i32.const 64) (i32.add (local.get $byteLength) (i32.const 63))))))
    (local.set $list (i32.add (i32.const 1024) (i32.shl (local.get $class) (i32.const 2))))
    (local.set $block (i32.load (local.get $list)))
    (if (local.get $block)
      (then (i32.store (local.get $list) (i32.load (local.get $block))))
      (else
        (local.set $block (global.get $heap))
        (local.set $end (i32.add (local.get $block) (i32.shl (i32.const 1) (local.get $class))))
        (if (i32.lt_u (local.get $end) (local.get $block)) (then (return (i32.const 0))))
        (if (i32.gt_u (local.get $end) (i32.shl (memory.size) (i32.const 16)))
          (then
            (if (i32.eq (i32.const -1) (memory.grow (i32.sub
                  (i32.shr_u (i32.add (local.get $end) (i32.const 0xffff)) (i32.const 16)) (memory.size))))
              (then (return (i32.const 0))))))
        (global.set $heap (local.get $end))))
    (i32.store offset=4 (local.get $block) (local.get $class))
    (i32.add (local.get $block) (i32.const 64)))

  (func $wasmind_free (export "wasmind_free") (param $address i32)
    (local $block i32) (local $list i32)
    (if (i32.eqz (local.get $address)) (then (return)))
    (local.set $block (i32.sub (local.get $address) (i32.const 64)))
    (local.set $list (i32.add (i32.const 1024) (i32.shl (i32.load offset=4 (local.get $block)) (i32.const 2))))
    (i32.store (local.get $block) (i32.load (local.get $list)))
    (i32.store (local.get $list) (local.get $block)))

  ;; --- tensors ------------------------------------------------------------------------------------------------------

  (func $elementCount (param $tensor i32) (result i32)
    (local $axis i32) (local $count i32)
    (local.set $count (i32.const 1))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $axis) (i32.load offset=12 (local.get $tensor))))
      (local.set $count (i32.mul (local.get $count) (i32.load (i32.add (i32.load offset=20 (local.get $tensor))
        (i32.shl (local.get $axis) (i32.const 3))))))
      (local.set $axis (i32.add (local.get $axis) (i32.const 1)))
      (br $next)))
    (local.get $count))

  (func $byteWidth (param $tensor i32) (result i32) (i32.shr_u (i32.load8_u offset=17 (local.get $tensor)) (i32.const 3)))

  ;; Address of the element with this number in row-major order.
  (func $element (param $tensor i32) (param $index i32) (result i32)
    (local $axis i32) (local $extent i32) (local $offset i32)
    (if (i32.eqz (i32.load offset=24 (local.get $tensor)))
      (then (local.set $offset (local.get $index)))
      (else
        (local.set $axis (i32.load offset=12 (local.get $tensor)))
        (block $done (loop $next
          (br_if $done (i32.eqz (local.get $axis)))
          (local.set $axis (i32.sub (local.get $axis) (i32.const 1)))
          (local.set $extent (i32.load (i32.add (i32.load offset=20 (local.get $tensor)) (i32.shl (local.get $axis) (i32.const 3)))))
          (local.set $offset (i32.add (local.get $offset) (i32.mul (i32.rem_u (local.get $index) (local.get $extent))
            (i32.load (i32.add (i32.load offset=24 (local.get $tensor)) (i32.shl (local.get $axis) (i32.const 3)))))))
          (local.set $index (i32.div_u (local.get $index) (local.get $extent)))
          (br $next)))))
    (i32.add (i32.add (i32.load (local.get $tensor)) (i32.load offset=32 (local.get $tensor)))
      (i32.mul (local.get $offset) (call $byteWidth (local.get $tensor)))))

  (func $typeOf (param $tensor i32) (result i32) (i32.load offset=16 (local.get $tensor)))
  (func $tensorAt (param $args i32) (param $index i32) (result i32)
    (i32.load offset=8 (i32.add (local.get $args) (i32.shl (local.get $index) (i32.const 4)))))

  ;; The output in this argument; where it is None, a new tensor of the shape and type of `like`. 0 without memory.
  (func $output (param $args i32) (param $index i32) (param $like i32) (result i32)
    (local $argument i32) (local $tensor i32) (local $rank i32) (local $axis i32)
    (local.set $argument (i32.add (local.get $args) (i32.shl (local.get $index) (i32.const 4))))
    (if (i32.eq (i32.load (local.get $argument)) (i32.const 7)) (then (return (i32.load offset=8 (local.get $argument)))))
    (local.set $tensor (call $wasmind_allocate
      (i32.add (i32.const 128) (i32.mul (call $elementCount (local.get $like)) (call $byteWidth (local.get $like))))))
    (if (i32.eqz (local.get $tensor)) (then (return (i32.const 0))))
    (local.set $rank (i32.load offset=12 (local.get $like)))
    (i32.store offset=0 (local.get $tensor) (i32.add (local.get $tensor) (i32.const 128)))
    (i32.store offset=4 (local.get $tensor) (i32.const 1))
    (i32.store offset=8 (local.get $tensor) (i32.const 0))
    (i32.store offset=12 (local.get $tensor) (local.get $rank))
    (i32.store offset=16 (local.get $tensor) (call $typeOf (local.get $like)))
    (i32.store offset=20 (local.get $tensor) (i32.add (local.get $tensor) (i32.const 40)))
    (i32.store offset=24 (local.get $tensor) (i32.const 0))
    (i64.store offset=32 (local.get $tensor) (i64.const 0))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $axis) (local.get $rank)))
      (i64.store offset=40 (i32.add (local.get $tensor) (i32.shl (local.get $axis) (i32.const 3)))
        (i64.load (i32.add (i32.load offset=20 (local.get $like)) (i32.shl (local.get $axis) (i32.const 3)))))
      (local.set $axis (i32.add (local.get $axis) (i32.const 1)))
      (br $next)))
    (i32.store (local.get $argument) (i32.const 7))
    (i64.store offset=8 (local.get $argument) (i64.extend_i32_u (local.get $tensor)))
    (local.get $tensor))

  (func $copyElements (param $from i32) (param $to i32)
    (local $count i32) (local $width i32) (local $index i32) (local $byte i32) (local $source i32) (local $target i32)
    (local.set $count (call $elementCount (local.get $from)))
    (local.set $width (call $byteWidth (local.get $from)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $index) (local.get $count)))
      (local.set $source (call $element (local.get $from) (local.get $index)))
      (local.set $target (call $element (local.get $to) (local.get $index)))
      (local.set $byte (i32.const 0))
      (block $copied (loop $more
        (br_if $copied (i32.ge_u (local.get $byte) (local.get $width)))
        (i32.store8 (i32.add (local.get $target) (local.get $byte)) (i32.load8_u (i32.add (local.get $source) (local.get $byte))))
        (local.set $byte (i32.add (local.get $byte) (i32.const 1)))
        (br $more)))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br $next))))

  ;; --- operators ----------------------------------------------------------------------------------------------------

  ;; Add(a, b) -> sum, of f32 and i32; the shapes have equally many elements, which is less than numpy allows.
  (func $Add (export "__tvm_ffi_Add") (param $self i32) (param $args i32) (param $count i32) (param $result i32) (result i32)
    (local $a i32) (local $b i32) (local $sum i32) (local $elements i32) (local $index i32) (local $target i32)
    (local.set $a (call $tensorAt (local.get $args) (i32.const 0)))
    (local.set $b (call $tensorAt (local.get $args) (i32.const 1)))
    (if (i32.or (i32.ne (call $typeOf (local.get $a)) (call $typeOf (local.get $b)))
                (i32.and (i32.ne (call $typeOf (local.get $a)) (i32.const 0x12002)) (i32.ne (call $typeOf (local.get $a)) (i32.const 0x12000))))
      (then (return (call $fail (i32.const 128)))))
    (local.set $elements (call $elementCount (local.get $a)))
    (if (i32.ne (local.get $elements) (call $elementCount (local.get $b))) (then (return (call $fail (i32.const 256)))))
    (local.set $sum (call $output (local.get $args) (i32.const 2) (local.get $a)))
    (if (i32.eqz (local.get $sum)) (then (return (call $fail (i32.const 384)))))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $index) (local.get $elements)))
      (local.set $target (call $element (local.get $sum) (local.get $index)))
      (if (i32.eq (call $typeOf (local.get $a)) (i32.const 0x12002))
        (then (f32.store (local.get $target) (f32.add (f32.load (call $element (local.get $a) (local.get $index)))
                                                      (f32.load (call $element (local.get $b) (local.get $index))))))
        (else (i32.store (local.get $target) (i32.add (i32.load (call $element (local.get $a) (local.get $index)))
                                                      (i32.load (call $element (local.get $b) (local.get $index)))))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br $next)))
    (i32.const 0))

  ;; The same as somebody else's kernel: the output must be given.
  (func $tvm_add (export "__tvm_ffi_tvm_add") (param $self i32) (param $args i32) (param $count i32) (param $result i32) (result i32)
    (if (i32.ne (local.get $count) (i32.const 3)) (then (return (call $fail (i32.const 448)))))
    (if (i32.ne (i32.load offset=32 (local.get $args)) (i32.const 7)) (then (return (call $fail (i32.const 448)))))
    (call $Add (local.get $self) (local.get $args) (local.get $count) (local.get $result)))

  ;; Scale(x; factor: f64, shift: i64 = -1, negate: bool = false) -> y: x * factor + shift, of f32.
  (func $Scale (export "__tvm_ffi_Scale") (param $self i32) (param $args i32) (param $count i32) (param $result i32) (result i32)
    (local $x i32) (local $y i32) (local $elements i32) (local $index i32) (local $value f64)
    (local.set $x (call $tensorAt (local.get $args) (i32.const 0)))
    (if (i32.ne (call $typeOf (local.get $x)) (i32.const 0x12002)) (then (return (call $fail (i32.const 512)))))
    (local.set $y (call $output (local.get $args) (i32.const 4) (local.get $x)))
    (if (i32.eqz (local.get $y)) (then (return (call $fail (i32.const 384)))))
    (local.set $elements (call $elementCount (local.get $x)))
    (block $done (loop $next
      (br_if $done (i32.ge_u (local.get $index) (local.get $elements)))
      (local.set $value (f64.add (f64.convert_i64_s (i64.load offset=40 (local.get $args)))
        (f64.mul (f64.load offset=24 (local.get $args)) (f64.promote_f32 (f32.load (call $element (local.get $x) (local.get $index)))))))
      (if (i32.load offset=56 (local.get $args)) (then (local.set $value (f64.neg (local.get $value)))))
      (f32.store (call $element (local.get $y) (local.get $index)) (f32.demote_f64 (local.get $value)))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br $next)))
    (i32.const 0))

  ;; Copy(x) -> y, of every element type.
  (func $Copy (export "__tvm_ffi_Copy") (param $self i32) (param $args i32) (param $count i32) (param $result i32) (result i32)
    (local $y i32)
    (local.set $y (call $output (local.get $args) (i32.const 1) (call $tensorAt (local.get $args) (i32.const 0))))
    (if (i32.eqz (local.get $y)) (then (return (call $fail (i32.const 384)))))
    (call $copyElements (call $tensorAt (local.get $args) (i32.const 0)) (local.get $y))
    (i32.const 0))

  ;; Twin(x) -> first, second: two copies, of f32.
  (func $Twin (export "__tvm_ffi_Twin") (param $self i32) (param $args i32) (param $count i32) (param $result i32) (result i32)
    (local $y i32) (local $x i32)
    (local.set $x (call $tensorAt (local.get $args) (i32.const 0)))
    (local.set $y (call $output (local.get $args) (i32.const 1) (local.get $x)))
    (if (i32.eqz (local.get $y)) (then (return (call $fail (i32.const 384)))))
    (call $copyElements (local.get $x) (local.get $y))
    (local.set $y (call $output (local.get $args) (i32.const 2) (local.get $x)))
    (if (i32.eqz (local.get $y)) (then (return (call $fail (i32.const 384)))))
    (call $copyElements (local.get $x) (local.get $y))
    (i32.const 0))

  ;; Choose(which: bool, a, b) -> y: a copy of a or b; `which` is one element.
  (func $Choose (export "__tvm_ffi_Choose") (param $self i32) (param $args i32) (param $count i32) (param $result i32) (result i32)
    (local $x i32) (local $y i32)
    (local.set $x (call $tensorAt (local.get $args)
      (select (i32.const 1) (i32.const 2) (i32.load8_u (call $element (call $tensorAt (local.get $args) (i32.const 0)) (i32.const 0))))))
    (local.set $y (call $output (local.get $args) (i32.const 3) (local.get $x)))
    (if (i32.eqz (local.get $y)) (then (return (call $fail (i32.const 384)))))
    (call $copyElements (local.get $x) (local.get $y))
    (i32.const 0))

  (func $Trap (export "__tvm_ffi_Trap") (param $self i32) (param $args i32) (param $count i32) (param $result i32) (result i32)
    (unreachable))

  (func $Spin (export "__tvm_ffi_Spin") (param $self i32) (param $args i32) (param $count i32) (param $result i32) (result i32)
    (loop $again (br $again))
    (i32.const 0))

  ;; Forge(x; kind: i64) -> y: a copy that is wrong in one way.
  (func $Forge (export "__tvm_ffi_Forge") (param $self i32) (param $args i32) (param $count i32) (param $result i32) (result i32)
    (local $kind i32) (local $y i32)
    (local.set $kind (i32.load offset=24 (local.get $args)))
    (if (i32.eq (local.get $kind) (i32.const 0)) (then (return (i32.const 0))))                           ;; no output at all
    (if (i32.eq (local.get $kind) (i32.const 1)) (then (return (call $fail (i32.const 0xfffffff0)))))     ;; text outside
    (local.set $y (call $output (local.get $args) (i32.const 2) (call $tensorAt (local.get $args) (i32.const 0))))
    (if (i32.eq (local.get $kind) (i32.const 2)) (then (i32.store offset=40 (local.get $args) (i32.const 0xfffffff0))))
    (if (i32.eq (local.get $kind) (i32.const 3)) (then (i32.store offset=12 (local.get $y) (i32.const 9))))      ;; rank
    (if (i32.eq (local.get $kind) (i32.const 4)) (then (i32.store offset=12 (local.get $y) (i32.const -1))))
    (if (i32.eq (local.get $kind) (i32.const 5)) (then (i32.store offset=0 (local.get $y) (i32.const 0xffffff00)))) ;; data
    (if (i32.eq (local.get $kind) (i32.const 6)) (then (i32.store offset=16 (local.get $y) (i32.const 0x10803)))) ;; type
    (if (i32.eq (local.get $kind) (i32.const 7)) (then (i32.store offset=20 (local.get $y) (i32.const 0xfffffff8)))) ;; shape
    (if (i32.eq (local.get $kind) (i32.const 8)) (then (i64.store offset=40 (local.get $y) (i64.const -1))))     ;; extent
    (if (i32.eq (local.get $kind) (i32.const 9)) (then (i64.store offset=40 (local.get $y) (i64.const 0x7fffffffffffffff))))
    (if (i32.eq (local.get $kind) (i32.const 10)) (then (i64.store offset=32 (local.get $y) (i64.const -8))))    ;; byte offset
    (if (i32.eq (local.get $kind) (i32.const 11)) (then (i32.store offset=32 (local.get $args) (i32.const 1)))) ;; a number
    (if (i32.eq (local.get $kind) (i32.const 12)) (then (i32.store offset=0 (local.get $y)
      (i32.add (i32.load (local.get $y)) (i32.const 1)))))                                                        ;; alignment
    (if (i32.eq (local.get $kind) (i32.const 13)) (then (global.set $isForged (i32.const 1))))  ;; allocations from now on
    (i32.const 0))
)
