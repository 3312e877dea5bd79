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
  data/class_folder_test.cpp
  data/exif_test.cpp
  data/jpeg_test.cpp
  data/loader_test.cpp
  data/photo_store_test.cpp
  data/resize_test.cpp
  data/split_test.cpp
  evaluation/bootstrap_test.cpp
  evaluation/coverage_test.cpp
  evaluation/lfw_pairs_test.cpp
  evaluation/one_shot_test.cpp
  evaluation/prototypes_test.cpp
  evaluation/verification_test.cpp
  tensor/parity_test.cpp
)
