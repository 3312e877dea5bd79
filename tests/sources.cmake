set(TEST_SAMPLING)

set(TEST_F64
  autograd/gradcheck_test.cpp
  autograd/in_place_test.cpp
  autograd/ops_test.cpp
  layers/face_resnet_test.cpp
  layers/lsuv_test.cpp
  optim/optim_test.cpp
)

set(TEST_GRADIENTS
  gradients/arfa_test.cpp
  gradients/basic_ops_test.cpp
  gradients/l2_normalize_test.cpp
)

set(TEST_F32
  data/augmentation_test.cpp
)
