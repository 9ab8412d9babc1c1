#include "trainer/model/time_major.h"

namespace missmodal::trainer {

namespace {

struct ReorderRows : torch::autograd::Function<ReorderRows> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& order, const torch::Tensor& inverse) {
    context->save_for_backward({inverse});
    return x.index_select(0, order);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    return {gradients[0].index_select(0, context->get_saved_variables()[0]), {}, {}};
  }
};

}  // namespace

torch::Tensor reorder_rows(const torch::Tensor& x, const torch::Tensor& order, const torch::Tensor& inverse) {
  return ReorderRows::apply(x, order, inverse);
}

}  // namespace missmodal::trainer
