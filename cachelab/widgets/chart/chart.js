export default widget(({ root, signal, watch }) => {
  const draw = plot(root, signal);
  watch(["spec"], draw);
});
