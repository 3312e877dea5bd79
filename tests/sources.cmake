set(TEST_SAMPLING)

set(TEST_F64
  autograd/gradcheck_test.cpp
  autograd/in_place_test.cpp
  autograd/ops_test.cpp
)

set(TEST_GRADIENTS
  gradients/arfa_test.cpp
  gradients/basic_ops_test.cpp
  gradients/l2_normalize_test.cpp
)

set(TEST_F32
  evaluation/bootstrap_test.cpp
  evaluation/coverage_test.cpp
  evaluation/lfw_pairs_test.cpp
  evaluation/one_shot_test.cpp
  evaluation/prototypes_test.cpp
  evaluation/verification_test.cpp
)
