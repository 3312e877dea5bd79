set(TEST_SAMPLING)

set(TEST_F64
  tensor/rng_test.cpp
  tensor/tensor_test.cpp
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
  gradients/face_resnet_test.cpp
  gradients/l2_normalize_test.cpp
  gradients/main.cpp
)

set(TEST_F32
  data/augmentation_test.cpp
  data/exif_test.cpp
  data/file_bytes_test.cpp
  data/jpeg_test.cpp
  data/resize_test.cpp
  evaluation/bootstrap_test.cpp
  evaluation/coverage_test.cpp
  evaluation/lfw_pairs_test.cpp
  evaluation/one_shot_test.cpp
  evaluation/prototypes_test.cpp
  evaluation/verification_test.cpp
)
