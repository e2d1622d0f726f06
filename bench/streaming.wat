;; The streaming limit: reads one array and writes another with four 128-bit loads or stores per iteration.
;;
;; It does not know pooling. Lengths are in bytes and multiples of 64.
(module
  (memory (export "memory") 1)

  (func (export "stream") (param $from i32) (param $read i32) (param $to i32) (param $written i32)
    (local $end i32) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $from) (local.get $read)))
    (loop $reading
      (if (i32.lt_u (local.get $from) (local.get $end))
        (then
          (local.set $a (f32x4.add (local.get $a) (v128.load offset=0 (local.get $from))))
          (local.set $b (f32x4.add (local.get $b) (v128.load offset=16 (local.get $from))))
          (local.set $c (f32x4.add (local.get $c) (v128.load offset=32 (local.get $from))))
          (local.set $d (f32x4.add (local.get $d) (v128.load offset=48 (local.get $from))))
          (local.set $from (i32.add (local.get $from) (i32.const 64)))
          (br $reading))))
    ;; The sum of the loads is stored, so that no engine can drop the loads as dead code.
    (local.set $a (f32x4.add (f32x4.add (local.get $a) (local.get $b)) (f32x4.add (local.get $c) (local.get $d))))
    (local.set $end (i32.add (local.get $to) (local.get $written)))
    (loop $writing
      (if (i32.lt_u (local.get $to) (local.get $end))
        (then
          (v128.store offset=0 (local.get $to) (local.get $a))
          (v128.store offset=16 (local.get $to) (local.get $a))
          (v128.store offset=32 (local.get $to) (local.get $a))
          (v128.store offset=48 (local.get $to) (local.get $a))
          (local.set $to (i32.add (local.get $to) (i32.const 64)))
          (br $writing)))))

  (func (export "copy") (param $from i32) (param $to i32) (param $bytes i32)
    (memory.copy (local.get $to) (local.get $from) (local.get $bytes))))
