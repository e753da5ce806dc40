define i64 @kernel(i64 %n, ptr noalias %in, ptr noalias %steps, ptr noalias %out, ptr noalias %holes) #0 {
entry:
$entry
  %final = sub i64 %n, $width
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %rest ]
  %bad = phi $mask [ zeroinitializer, %entry ], [ %worse, %rest ]
$body
  br label %rest
rest:
  %odd = fcmp uno $vector $first, zeroinitializer
  %worse = or $mask %bad, %odd
  %more = add i64 %i, $width
  %late = icmp ugt i64 %more, %final
  %next = select i1 %late, i64 %final, i64 %more
  %done = icmp eq i64 %i, %final
  br i1 %done, label %exit, label %loop
$endings
}
$declarations
attributes #0 = { nounwind "prefer-vector-width"="$bits" "min-legal-vector-width"="$bits" }
!0 = !{!"branch_weights", i32 1, i32 100000}
!1 = distinct !{!1}
!2 = distinct !{!2, !1}
!3 = !{!2}
